"""CSV files as offices save them: UTF-8, UTF-16 or Windows-1258; commas, semicolons or tabs."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.errors import ParserError

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.encodings import clean_text, encodings_of, fits, undecodable
from gbv_kpi.sheets.refusal import oversized, problem_of
from gbv_kpi.sheets.sheet import HEAD_ROWS, LONGEST_TEXT, Cell, Sheet
from gbv_kpi.sheets.sources import Source

DELIMITERS = "\t;|,"  # the rarest in a label first
MAX_CELLS = 4_000_000  # of a file without a table; the country's 53,000 returns have 1 million
MAX_WIDTH = 16_384  # columns, as many as a sheet of Excel has
CHUNK_ROWS = 100_000
PIECE = 2**20  # characters or bytes
LOOKED_AT = 200_000  # characters
SHORT = 2**14  # characters; so few are read by the time that the reader of pandas is set up
HEADER_LINES = 60  # a header stands within so many lines

_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_COMPOSED = re.compile("[\0-\u02ff\u1e00-\u1eff]*")  # letters that are not composed any further


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
        sheet = _read_long(source, encoding, skipped, delimiter)
    except (csv.Error, ParserError):
        return None, encoding, [open_quotation(place)]
    return sheet, encoding, [] if sheet else [problem_of(oversized(), place)]


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


def _read_long(source: Source, encoding: str, skipped: int, delimiter: str) -> Sheet | None:
    """Return the sheet of a long text; None where a row has more cells than a sheet.

    Raises `csv.Error` or `ParserError` for a quotation mark left open.
    """
    with _opened(source, encoding) as text:
        text.read(skipped)
        start, head = text.tell(), []
        try:
            for cells in islice(csv.reader(iter(text.readline, ""), delimiter=delimiter, strict=True), HEAD_ROWS):
                if len(cells) > MAX_WIDTH:
                    return None
                head.append(cells)
            start = text.tell()
        except csv.Error:  # the reader of pandas knows better
            head = []
        is_utf8 = encoding.startswith("utf-8") and start <= len(source.content)  # else it is no number of bytes
        numbers = {column for column, cell in enumerate(head[-1] if head else ()) if is_utf8 and _is_number(cell)}
        width, tail = max(map(len, head), default=0), None
        if width:
            with suppress(ParserError):  # a later row may be wider
                tail = _read_tail(text, start, delimiter, width, numbers)
                if numbers and not (tail is not None and _is_written_as(source.content, start, delimiter, tail)):
                    tail = _read_tail(text, start, delimiter, width, set())
        if tail is None:
            text.seek(start)
            width = max(width, max(map(len, csv.reader(iter(text.readline, ""), delimiter=delimiter)), default=0))
            tail = _read_tail(text, start, delimiter, width, set()) if width <= MAX_WIDTH else None
    if tail is None:
        return None
    if not head:
        rows, tail = tail.iloc[:HEAD_ROWS].astype(object).to_numpy().tolist(), tail.iloc[HEAD_ROWS:]
    else:
        rows = [[clean_text(cell) for cell in cells] for cells in head]
        tail.index += HEAD_ROWS
    return Sheet(None, list(map(_without_blank_end, rows)), tail=tail if len(tail) else None)


def _is_number(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and (cell == "0" or cell[0] != "0")


def _read_tail(
    text: io.TextIOWrapper, start: int, delimiter: str, width: int, numbers: Set[int]
) -> pd.DataFrame | None:
    """Return the rows from there on: whole numbers in some columns, in others categories of texts.

    None where one of the numbers is none. Raises `ParserError` for a wider row, or a quotation mark left open.
    """
    text.seek(start)
    if not text.read(1):
        return pd.DataFrame()
    text.seek(start)
    parts: list[list[Any]] = [[] for _ in range(width)]
    try:
        for frame in pd.read_csv(
            text, sep=delimiter, header=None, names=range(width), index_col=False,
            dtype={column: np.int64 if column in numbers else object for column in range(width)},
            na_filter=False, skip_blank_lines=False, chunksize=CHUNK_ROWS, low_memory=False,
        ):  # fmt: skip
            for column, part in enumerate(parts):
                cells = frame[column].to_numpy()
                part.append(_small(cells) if column in numbers else pd.factorize(cells))
    except (ValueError, OverflowError) as error:
        if isinstance(error, ParserError):
            raise
        return None
    columns = {}
    for column in range(width):
        part, parts[column] = parts[column], []  # two copies of all would be in memory
        columns[column] = np.concatenate(part) if column in numbers else _joined(part)
    return pd.DataFrame(columns, copy=False)


def _small(numbers: NDArray[np.int64]) -> NDArray[np.integer[Any]]:
    return numbers.astype(np.int32) if numbers.max() < 2**31 else numbers


def _joined(chunks: Sequence[tuple[NDArray[np.intp], NDArray[np.object_]]]) -> pd.Categorical:
    """Return the chunks of a column as one, its texts clean."""
    numbers, different = pd.factorize(np.concatenate([texts for _, texts in chunks]))
    joined = "\n".join(different)
    if not _COMPOSED.fullmatch(joined) or '="' in joined or max(map(len, different)) > LONGEST_TEXT:
        again, different = pd.factorize(np.array(list(map(clean_text, different)), dtype=object))
        numbers = again[numbers]
    starts = np.cumsum([0, *(len(texts) for _, texts in chunks)])
    codes = [numbers[codes + start].astype(np.int32) for (codes, _), start in zip(chunks, starts, strict=False)]
    return pd.Categorical.from_codes(np.concatenate(codes), pd.Index(different, dtype=object))


def _is_written_as(content: bytes, start: int, delimiter: str, tail: pd.DataFrame) -> bool:
    """Return whether the cells are as long as the text (UTF-8): then no number has a sign or zeros in front."""
    signs = f'"\r\n{delimiter}'
    written = len(content) - start
    for at in range(start, len(content), PIECE):
        piece = np.frombuffer(content[at : at + PIECE], np.uint8)
        written -= sum(int(np.count_nonzero(piece == ord(sign))) for sign in signs)
    for column in (tail[number] for number in tail.columns):
        if isinstance(column.dtype, pd.CategoricalDtype):
            lengths = _lengths(column.cat.categories.tolist(), signs)
            written -= int(np.bincount(column.cat.codes, minlength=len(lengths)) @ lengths)
        elif column.min() < 0:
            return False
        else:
            digits = range(1, len(str(column.max())))
            written -= len(column) + sum(int(np.count_nonzero(column >= 10**power)) for power in digits)
    return written == 0


def _lengths(texts: Sequence[str], signs: str) -> list[int]:
    """Return the bytes of each text without some signs."""
    joined = "\n".join(texts)
    if sum(map(joined.count, signs)) < len(texts):  # none but those that join
        return list(map(len, joined.encode().split(b"\n")))
    return [len(text.encode()) - sum(map(text.count, signs)) for text in texts]


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
    message = phrase("A quotation mark is never closed, or a cell is too long.")
    return Problem("unreadable-file", place, message)
