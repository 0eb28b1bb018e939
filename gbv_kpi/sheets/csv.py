"""Read CSV files as offices save them: UTF-8, UTF-16 or Windows-1258; commas, semicolons or tabs."""

import csv
import io
import re
import warnings
from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.errors import ParserError, ParserWarning

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.encodings import clean_text, fits, likely_encodings
from gbv_kpi.sheets.grid import MAX_COLUMNS
from gbv_kpi.sheets.refusal import OVERSIZED, Refusal
from gbv_kpi.sheets.sheet import HEAD_ROWS, LONGEST_TEXT, Sheet
from gbv_kpi.sheets.sources import Source

DELIMITERS = "\t;|,"  # the rarest in a label first
MAX_ROWS = 2_000_000  # twice as many as a sheet of Excel has
MAX_AREA = 30_000_000  # cells; a million returns have 14 million
SAMPLE_LENGTH = 200_000  # characters
HEADER_LINES = 60  # a header is within these first lines

_SEPARATOR_LINE = re.compile('\ufeff?"?sep=(.)"?\r?\n', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_PLAIN_NUMBER = re.compile("0|[1-9][0-9]{0,8}")
_COMPOSED = re.compile("[\0-\u02ff\u1e00-\u1eff]*")  # letters that NFC leaves as they are


def encoding_of(source: Source) -> str | None:
    """Return the encoding of a text; None for an unknown one."""
    return next((encoding for encoding in likely_encodings(source.start) if _is_text(source, encoding)), None)


def _is_text(source: Source, encoding: str) -> bool:
    """Return whether the whole text decodes in that encoding."""
    try:
        text = source.content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return "\0" not in text and fits(text[:SAMPLE_LENGTH], encoding)


def read_csv(source: Source, encoding: str) -> Sheet:
    """Return the sheet of a CSV. Raises `Refusal` for one that is too large, or has a quotation mark left open."""
    text = source.content.decode(encoding)
    start, delimiter = _delimiter(text[:SAMPLE_LENGTH])
    text, ends = text[start:], f"{delimiter}\r"
    if delimiter * 100 in text:  # blank cells to the ends of the lines would be columns: 16,384 of them take 9 s
        text = "\n".join(line.rstrip(ends) for line in text.split("\n"))
    unquoted = _QUOTED.sub("", text[:SAMPLE_LENGTH]).splitlines()
    try:
        try:
            return _read_table(text, delimiter, max((line.count(delimiter) + 1 for line in unquoted), default=1))
        except (ParserError, ParserWarning):  # a later row is wider
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            return _read_table(text, delimiter, max(map(len, rows), default=1))
    except (csv.Error, ParserError) as error:
        if "out of memory" in str(error):
            raise MemoryError from error
        message = phrase("A quotation mark is never closed, or a cell is too long.")
        raise Refusal("unreadable-file", message) from error


def _read_table(text: str, delimiter: str, width: int) -> Sheet:
    """Return the rows of a text, those after the first `HEAD_ROWS` as columns.

    Raises `ParserError` or `ParserWarning` for a row that is wider, `ParserError` also for a quotation mark left open.
    """
    lines = 1 + max(text.count("\n"), text.count("\r"))
    if width > MAX_COLUMNS or lines > MAX_ROWS or lines * width > MAX_AREA:
        raise Refusal(*OVERSIZED)
    content = io.BytesIO(b"\n" + text.encode())  # a blank row: else pandas takes a column of 001 and 1 for numbers
    with warnings.catch_warnings(action="error", category=ParserWarning):
        frame = pd.read_csv(
            content, sep=delimiter, header=None, names=range(width), index_col=False, dtype="category",
            na_filter=False, skip_blank_lines=False,
        )[1:].reset_index(drop=True)  # fmt: skip
    head, later = frame[:HEAD_ROWS].astype(object), frame[HEAD_ROWS:]
    rows = [list(map(clean_text, cells)) for cells in head.to_numpy().tolist()]
    for cells in rows:
        while cells and cells[-1] == "":
            cells.pop()
    tail = pd.DataFrame({number: _clean(later[number]) for number in later}, index=later.index, copy=False)
    return Sheet(None, rows, tail=tail if len(tail) else None, delimiter=delimiter)


def _clean(column: pd.Series) -> pd.Categorical | NDArray[np.int32]:
    """Return a column as whole numbers if all cells are written as such, else as categories of clean texts."""
    codes, used = pd.factorize(column.cat.codes)
    texts = column.cat.categories.astype(object)[used]
    if all(map(_PLAIN_NUMBER.fullmatch, texts)):
        return np.array(list(map(int, texts)), dtype=np.int32)[codes]
    joined = "\n".join(texts)
    if not _COMPOSED.fullmatch(joined) or '="' in joined or max(map(len, texts), default=0) > LONGEST_TEXT:
        clean_codes, texts = pd.factorize(texts.map(clean_text))
        codes = clean_codes[codes]
    return pd.Categorical.from_codes(codes, texts)


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
