"""CSV files as offices save them: UTF-8, UTF-16 or Windows-1258; commas, semicolons or tabs."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.errors import ParserError

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.encodings import clean_text, encodings_of, fits, undecodable
from gbv_kpi.sheets.refusal import oversized, problem_of
from gbv_kpi.sheets.sheet import Cell, Sheet
from gbv_kpi.sheets.sources import Source

DELIMITERS = "\t;|,"  # the rarest in a label first
MAX_CELLS = 4_000_000  # of a file without a table; the country's 53,000 returns have 1 million
MAX_WIDTH = 16_384  # columns, as many as a sheet of Excel has
HEAD_ROWS = 1000  # of a long text, in which its tables are looked for
CHUNK_ROWS = 100_000
PIECE = 2**20  # characters
LOOKED_AT = 200_000  # characters
SHORT = 2**14  # characters; so few are read by the time that the reader of pandas is set up
HEADER_LINES = 60  # a header stands within so many lines

_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


def read_text(source: Source) -> tuple[Sheet | None, str | None, list[Problem]]:
    """Return the one sheet of a CSV, its encoding, and what kept it from being read."""
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
        columns = _read_columns(source, encoding, skipped, delimiter)
    except (csv.Error, ParserError):
        return None, encoding, [open_quotation(place)]
    if columns is None:
        return None, encoding, [problem_of(oversized(), place)]
    return _sheet(columns), encoding, []


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


def _rows(text: str, delimiter: str) -> list[list[Cell]] | None:
    """Return the rows of a text; None where a quotation mark is out of place or is left open."""
    try:
        text = text.removeprefix("\ufeff")  # the mark of UTF-8, where it was written twice
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return [_without_blank_end([clean_text(cell) for cell in cells]) for cells in rows]


def _read_columns(source: Source, encoding: str, skipped: int, delimiter: str) -> list[pd.Categorical] | None:
    """Return the columns of a long text, every cell as written; None where a row has more cells than a sheet.

    Raises `csv.Error` or `ParserError` for a quotation mark left open.
    """
    for lines in (HEADER_LINES, None):  # a row after the first ones may be wider
        width = _width(source, encoding, skipped, delimiter, lines)
        if width > MAX_WIDTH:
            return None
        try:
            return _parse(source, encoding, skipped, delimiter, width)
        except ParserError:
            if lines is None:
                raise
    return None


def _width(source: Source, encoding: str, skipped: int, delimiter: str, lines: int | None = None) -> int:
    """Return the most cells that a row has, or one of the first rows."""
    with _opened(source, encoding) as text:
        text.read(skipped)
        return max(map(len, islice(csv.reader(text, delimiter=delimiter), lines)), default=0)


def _parse(source: Source, encoding: str, skipped: int, delimiter: str, width: int) -> list[pd.Categorical]:
    chunks: list[list[tuple[NDArray[np.intp], NDArray[np.object_]]]] = []
    with _opened(source, encoding) as text:
        text.read(skipped)
        frames = pd.read_csv(
            text, sep=delimiter, header=None, names=range(width), index_col=False, dtype=object,
            na_filter=False, skip_blank_lines=False, chunksize=CHUNK_ROWS, low_memory=False,
        )  # fmt: skip
        for frame in frames:
            chunks.append([pd.factorize(frame[number].to_numpy()) for number in range(width)])  # noqa: PERF401  # frees the frame
    return [_joined(column) for column in zip(*chunks, strict=True)]


def _joined(chunks: Sequence[tuple[NDArray[np.intp], NDArray[np.object_]]]) -> pd.Categorical:
    """Return the chunks of a column as one. (Of a million rows a column of texts would take ten times the room.)"""
    texts = [clean_text(text) for _, different in chunks for text in different]
    numbers, different = pd.factorize(np.array(texts, dtype=object))
    starts = np.cumsum([0, *(len(texts) for _, texts in chunks)])
    codes = [numbers[codes + start].astype(np.int32) for (codes, _), start in zip(chunks, starts, strict=False)]
    return pd.Categorical.from_codes(np.concatenate(codes), pd.Index(different, dtype=object))


def _sheet(columns: Sequence[pd.Categorical]) -> Sheet:
    height = len(columns[0]) if columns else 0
    heads = [column[:HEAD_ROWS].astype(object) for column in columns]
    rows: list[list[Cell]] = [_without_blank_end(cells) for cells in zip(*heads, strict=True)]
    if height <= HEAD_ROWS:
        return Sheet(None, rows)
    index = pd.RangeIndex(HEAD_ROWS, height)
    return Sheet(
        None,
        rows,
        tail=pd.DataFrame({number: column[HEAD_ROWS:] for number, column in enumerate(columns)}, index=index),
    )


def _without_blank_end(cells: Sequence[Cell]) -> list[Cell]:
    filled = max((number for number, cell in enumerate(cells, start=1) if cell != ""), default=0)
    return list(cells[:filled])


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


def open_quotation(place: Place) -> Problem:
    message = phrase("A quotation mark is open to the end of the file, or a cell is too long.")
    return Problem("unreadable-file", place, message)
