"""Read CSV files as offices save them: UTF-8, UTF-16 or Windows-1258; commas, semicolons or tabs."""

import csv
import io
import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.errors import ParserError, ParserWarning

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.encodings import clean_text, fits, likely_encodings
from gbv_kpi.sheets.refusal import OVERSIZED, Refusal
from gbv_kpi.sheets.sheet import HEAD_ROWS, LONGEST_TEXT, PIECE, Cell, Sheet
from gbv_kpi.sheets.sources import Source

DELIMITERS = "\t;|,"  # the rarest in a label first
MAX_WIDTH = 16_384  # columns, as many as a sheet of Excel has
MAX_ROWS = 2_000_000  # twice as many as a sheet of Excel has
MAX_AREA = 30_000_000  # cells; a million returns have 14 million, and their lines may end in two bytes
CHUNK_ROWS = 20_000
SAMPLE_LENGTH = 200_000  # characters
HEADER_LINES = 60  # a header is within these first lines

_SEPARATOR_LINE = re.compile('\ufeff?"?sep=(.)"?\r?\n', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_COMPOSED = re.compile("[\0-\u02ff\u1e00-\u1eff]*")  # letters that NFC leaves as they are

_Texts = tuple[NDArray[np.integer[Any]], NDArray[np.object_]]  # of a column: their codes, and the different ones


def encoding_of(source: Source) -> str | None:
    """Return the encoding of a text; None for an unknown one."""
    return next((encoding for encoding in likely_encodings(source.start) if _is_text(source, encoding)), None)


def read_csv(source: Source, encoding: str) -> Sheet:
    """Return the sheet of a CSV. Raises `Refusal` for one that is too wide, or has a quotation mark left open."""
    with _open_text(source, encoding) as text:
        skipped, delimiter = _delimiter(text.read(SAMPLE_LENGTH))
        text.seek(0)
        text.read(skipped)
        try:
            return _read_rows(text, source.content, delimiter)
        except (csv.Error, ParserError) as error:
            if "out of memory" in str(error):
                raise MemoryError from error
            message = phrase("A quotation mark is never closed, or a cell is too long.")
            raise Refusal("unreadable-file", message) from error


def _is_text(source: Source, encoding: str) -> bool:
    """Return whether the whole text decodes in that encoding."""
    with _open_text(source, encoding) as text:
        try:
            start = text.read(100_000)
            if "\x00" in start or any("\x00" in piece for piece in iter(lambda: text.read(PIECE), "")):
                return False
        except UnicodeDecodeError:
            return False
    return fits(start, encoding)


def _open_text(source: Source, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(source.content), encoding=encoding, newline="")


def _rows(text: io.TextIOBase, delimiter: str, *, strict: bool = True) -> Iterator[list[str]]:
    """Yield the remaining rows of a text. Raises `Refusal` for a row wider than a sheet."""
    for cells in csv.reader(iter(text.readline, ""), delimiter=delimiter, strict=strict):
        if len(cells) > MAX_WIDTH:
            raise Refusal(*OVERSIZED)
        yield cells


def _read_rows(text: io.TextIOWrapper, content: bytes, delimiter: str) -> Sheet:
    """Return the rest of a text, its first rows as cells and the others as columns.

    Raises `csv.Error` or `ParserError` for a quotation mark left open, `Refusal` for a row that is too wide.
    """
    start = text.tell()
    try:
        head = list(islice(_rows(text, delimiter), HEAD_ROWS))
        start = text.tell()
    except csv.Error:  # pandas is more lenient, or raises its own error
        head = []
    width = max(map(len, head), default=0) or _width(text, start, delimiter)
    is_utf8 = text.encoding.startswith("utf-8") and start <= len(content)  # else `tell` gives no byte offset
    numbers = {column for column, cell in enumerate(head[-1] if head else ()) if is_utf8 and _is_number(cell)}
    try:
        with warnings.catch_warnings(action="error", category=ParserWarning):
            tail = _read_tail(text, content, start, delimiter, width, numbers)
    except (ParserError, ParserWarning):  # a later row is wider
        width = max(width, _width(text, start, delimiter))
        tail = _read_tail(text, content, start, delimiter, width, frozenset())
    if head:
        tail.index += HEAD_ROWS
        rows = [_strip_blank_end(list(map(clean_text, cells))) for cells in head]
    else:
        rows = list(map(_strip_blank_end, tail.iloc[:HEAD_ROWS].astype(object).to_numpy().tolist()))
        tail = tail.iloc[HEAD_ROWS:]
    return Sheet(None, rows, tail=tail if len(tail) else None, delimiter=delimiter)


def _width(text: io.TextIOWrapper, start: int, delimiter: str) -> int:
    text.seek(start)
    return max(map(len, _rows(text, delimiter, strict=False)), default=0)


def _is_number(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and (cell == "0" or cell[0] != "0")


def _read_tail(
    text: io.TextIOWrapper, content: bytes, start: int, delimiter: str, width: int, numbers: Collection[int]
) -> pd.DataFrame:
    """Return the rows from `start` on; the columns `numbers` as whole numbers if all are plain digits."""
    try:
        frame = _read_columns(text, content, start, delimiter, width, numbers)
        if not numbers or _are_plain_numbers(content, start, delimiter, frame):
            return frame
    except ParserError:
        raise
    except (ValueError, OverflowError):  # a cell is not a number
        pass
    return _read_columns(text, content, start, delimiter, width, frozenset())


def _read_columns(
    text: io.TextIOWrapper, content: bytes, start: int, delimiter: str, width: int, numbers: Collection[int]
) -> pd.DataFrame:
    """Return the rows from `start` on: the columns `numbers` as whole numbers, others as categories of texts.

    Raises `ParserError` for a wider row or an open quotation mark, `ValueError` for a cell that is not a number.
    """
    text.seek(start)
    if not (width and text.read(1)):
        return pd.DataFrame()
    text.seek(start)
    # Allocated at once: pieces of ten columns would fragment 40 MiB of a million returns (2026-11-26).
    most = content.count(b"\n", start) + content.count(b"\r", start) + 1
    if most * width > MAX_AREA:
        raise Refusal(*OVERSIZED)
    figures: dict[int, NDArray[np.integer[Any]]] = {column: np.empty(most, dtype=np.int32) for column in numbers}
    texts: dict[int, list[_Texts]] = {column: [] for column in range(width) if column not in numbers}
    end = 0
    for frame in pd.read_csv(
        text, sep=delimiter, header=None, names=range(width), index_col=False,
        dtype={column: np.int64 if column in numbers else object for column in range(width)},
        na_filter=False, skip_blank_lines=False, chunksize=CHUNK_ROWS, low_memory=False,
    ):  # fmt: skip
        first, end = end, end + len(frame)
        if end > MAX_ROWS:
            raise Refusal(*OVERSIZED)
        for column, chunks in texts.items():
            codes, different = pd.factorize(frame[column].to_numpy())
            chunks.append((_shrink_codes(codes, len(different)), different))
        for column in numbers:
            cells = frame[column].to_numpy()
            if cells.min() < 0:
                raise ValueError
            if cells.max() >= 2**31:
                figures[column] = figures[column].astype(np.int64, copy=False)
            figures[column][first:end] = cells
    return pd.DataFrame(
        {column: figures[column][:end] if column in numbers else _concat(texts[column]) for column in range(width)},
        copy=False,
    )


def _concat(chunks: Sequence[_Texts]) -> pd.Categorical:
    """Return the chunks of a column as one, its texts clean."""
    numbers, different = pd.factorize(np.concatenate([texts for _, texts in chunks]))
    joined = "\n".join(different)
    if not _COMPOSED.fullmatch(joined) or '="' in joined or max(map(len, different)) > LONGEST_TEXT:
        new_codes, different = pd.factorize(np.array(list(map(clean_text, different)), dtype=object))
        numbers = new_codes[numbers]
    ends = np.cumsum([len(texts) for _, texts in chunks])
    by_chunk = np.split(_shrink_codes(numbers, len(different)), ends[:-1])
    codes = np.concatenate([joined_codes[codes] for joined_codes, (codes, _) in zip(by_chunk, chunks, strict=True)])
    return pd.Categorical.from_codes(codes, pd.Index(different, dtype=object))


def _shrink_codes(codes: NDArray[np.intp], count: int) -> NDArray[np.integer[Any]]:
    """Return codes in the smallest integer type: 5 million blank lines would take 480 MB."""
    return codes.astype(np.min_scalar_type(-count - 1))


def _are_plain_numbers(content: bytes, start: int, delimiter: str, tail: pd.DataFrame) -> bool:
    """Return whether no number has a sign or leading zeros: all cells together are then as long as their text."""
    signs = [sign for sign in f'"\r\n{delimiter}'.encode() if sign in content]
    text = np.frombuffer(content, np.uint8)
    pieces = (text[first : first + PIECE] for first in range(start, len(content), PIECE))
    written = len(content) - start - sum(int(np.count_nonzero(piece == sign)) for piece in pieces for sign in signs)
    for column in (tail[number] for number in tail.columns):
        if isinstance(column.dtype, pd.CategoricalDtype):
            texts = "\0".join(column.cat.categories).encode().translate(None, bytes(signs)).split(b"\0")
            lengths = list(map(len, texts))
            written -= int(np.bincount(column.cat.codes, minlength=len(lengths)) @ lengths)
        else:
            powers = range(1, len(str(column.max())))
            written -= len(column) + sum(int(np.count_nonzero(column >= 10**power)) for power in powers)
    return written == 0


def _strip_blank_end(cells: Sequence[Cell]) -> list[Cell]:
    filled = max((number for number, cell in enumerate(cells, start=1) if cell != ""), default=0)
    return list(cells[:filled])


def _delimiter(text: str) -> tuple[int, str]:
    """Return the length of a second byte order mark or a `sep=` line, which programs do not show, and the delimiter.

    The lines of a table have the same number of delimiters, those of a title block or a label none or some.
    A cell that holds the delimiter is in quotation marks, and may run over several lines.
    """
    if declared := _SEPARATOR_LINE.match(text):
        return declared.end(), declared[1]
    lines = _QUOTED.sub("", text).splitlines()[:HEADER_LINES]

    def count_delimited(mark: str) -> int:
        lines_by_count = Counter(line.count(mark) for line in lines)
        return max((count * number for count, number in lines_by_count.items()), default=0)

    return len(text) - len(text.removeprefix("\ufeff")), max(DELIMITERS, key=count_delimited)
