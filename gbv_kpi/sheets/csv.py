"""CSV files as offices save them: UTF-8, UTF-16 or Windows-1258; commas, semicolons or tabs."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import repeat

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.errors import EmptyDataError, ParserError

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.column import Block, Column
from gbv_kpi.sheets.encodings import clean_text, encodings_of, fits, undecodable
from gbv_kpi.sheets.sheet import Sheet
from gbv_kpi.sheets.sources import Source

DELIMITERS = "\t;|,"  # the rarest in a label first
MAX_CELLS = 4_000_000  # of a file without a table; the country's 53,000 returns have 1 million
MAX_WIDTH = 16_384  # columns, as many as a sheet of Excel has
BLOCK_CELLS = 1_000_000
PIECE = 2**20  # characters
LOOKED_AT = 200_000  # characters
SHORT = 2**14  # characters; so few are read by the time that the reader of pandas is set up
HEADER_LINES = 60  # a header stands within so many lines

_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


def read_text(source: Source) -> tuple[Sheet | None, str | None, list[Problem]]:
    """The one sheet of a CSV, the encoding it was read in, and what kept it from being read.

    Of a long one the sheet has the first rows, and the others in blocks that are read when they are asked for.
    """
    place = Place(source.name)
    encoding = next((encoding for encoding in encodings_of(source.start) if _is_text(source, encoding)), None)
    if encoding is None:
        return None, None, [undecodable(source.start, place)]
    with _opened(source, encoding) as text:
        start = text.read(LOOKED_AT)
    skipped, delimiter = _delimiter(start)
    if len(start) < SHORT and (rows := _rows(start[skipped:], delimiter)) is not None:
        return Sheet(None, rows), encoding, []
    try:
        width = _width(source, encoding, skipped, delimiter)
        if width > MAX_WIDTH:
            return None, encoding, [oversized(place)]
        blocks = _blocks(source, encoding, skipped, delimiter, width)
        first = next(blocks, Block(0, 0, ()))
    except (csv.Error, ParserError):
        return None, encoding, [open_quotation(place)]
    return Sheet(None, first, following=blocks), encoding, []


def _is_text(source: Source, encoding: str) -> bool:
    """Whether the whole text can be read in that encoding."""
    with _opened(source, encoding) as text:
        try:
            start = text.read(100_000)
            if "\x00" in start or any("\x00" in piece for piece in _pieces(text)):
                return False
        except UnicodeDecodeError:
            return False
    return fits(start, encoding)


def _opened(source: Source, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(source.stream(), encoding=encoding, newline="")


def _pieces(text: io.TextIOWrapper) -> Iterator[str]:
    return iter(lambda: text.read(PIECE), "")


def _rows(text: str, delimiter: str) -> Block | None:
    """The rows of a text; None where a quotation mark stands out of place or is left open."""
    try:
        text = text.removeprefix("\ufeff")  # the mark of UTF-8, where it was written twice
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return Block.of([list(map(clean_text, cells)) for cells in rows])


def _width(source: Source, encoding: str, skipped: int, delimiter: str) -> int:
    """The most cells that a row has. Raises `csv.Error` for a quotation mark left open."""
    with _opened(source, encoding) as text:
        text.read(skipped)
        widest, quoted = 0, False
        for piece in _whole_lines(text):
            if quoted := '"' in piece:
                break
            lines = piece.replace("\r", "\n").split("\n")
            widest = max(widest, max(map(str.count, lines, repeat(delimiter))) + 1)
        if not quoted:
            return widest
    with _opened(source, encoding) as text:
        text.read(skipped)
        return max(map(len, csv.reader(text, delimiter=delimiter)), default=0)


def _whole_lines(text: io.TextIOWrapper) -> Iterator[str]:
    for piece in _pieces(text):
        yield piece + text.readline()


def _blocks(source: Source, encoding: str, skipped: int, delimiter: str, width: int) -> Iterator[Block]:
    """The rows as the reader of pandas gives them, all cells as text."""
    height = max(1, BLOCK_CELLS // max(width, 1))
    first = 0
    with _opened(source, encoding) as text:
        text.read(skipped)
        try:
            frames = pd.read_csv(
                text, sep=delimiter, header=None, names=range(width), index_col=False, dtype=object,
                na_filter=False, skip_blank_lines=False, chunksize=height, low_memory=False,
            )  # fmt: skip
        except EmptyDataError:
            return
        for frame in frames:
            columns = list(map(_column, frame.to_numpy().T))
            yield Block(first, len(frame), columns)
            first += len(frame)


def _column(texts: NDArray[np.object_]) -> Column:
    places, different = pd.factorize(texts)
    return Column(list(map(clean_text, different)), places)


def _delimiter(text: str) -> tuple[int, str]:
    """The length of a `sep=` line, which spreadsheet programs do not show, and the delimiter.

    The lines of a table have the same number of delimiters, those of a title block or a label none or some.
    A cell that holds the delimiter stands in quotation marks, and may run over several lines.
    """
    if declared := _SEPARATOR_LINE.match(text):
        return declared.end(), declared[1]
    lines = _QUOTED.sub("", text[:LOOKED_AT]).splitlines()[:HEADER_LINES]
    return 0, max(DELIMITERS, key=lambda mark: _delimited(lines, mark))


def _delimited(lines: Sequence[str], mark: str) -> int:
    """How many of a sign stand in lines that have as many of it as each other."""
    lines_by_count = Counter(line.count(mark) for line in lines)
    return max((count * number for count, number in lines_by_count.items()), default=0)


def oversized(place: Place) -> Problem:
    return Problem("oversized-file", place, phrase("The file is far larger than any return."))


def open_quotation(place: Place) -> Problem:
    message = phrase("A quotation mark is open to the end of the file, or a cell is too long.")
    return Problem("unreadable-file", place, message)
