import csv
import io
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gbv_kpi.sheets.encodings import clean_text
from gbv_kpi.sheets.open import read_sheets
from gbv_kpi.sheets.sheet import HEAD_ROWS, Cell, Sheet
from gbv_kpi.sheets.sources import Source
from tests import offices
from tests.reading.sending import BOTH, IDS, LABELS, PLAN, A, B, counts, decomposed, read, told

ROWS = [
    ("Huyện Nho Quan", 2023, dict(zip(IDS, A, strict=True))),
    ("Huyện Gia Viễn", 2023, dict(zip(IDS, B, strict=True))),
]
SEMICOLONS = offices.csv_text(PLAN, ROWS, ";")
TABS = offices.csv_text(PLAN, ROWS, "\t")


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (SEMICOLONS.encode(), "utf-8"),
        (SEMICOLONS.encode("utf-8-sig"), "utf-8-sig"),
        (decomposed(SEMICOLONS).encode(), "utf-8"),
        (TABS.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TABS.encode("utf-16-be"), "utf-16"),
        (TABS.encode("utf-16-le"), "utf-16-le"),
        (TABS.encode("utf-16-be"), "utf-16-be"),
        (offices.cp1258(SEMICOLONS), "cp1258"),
    ],
    ids=["utf-8", "bom", "nfd", "utf-16-le-bom", "utf-16-be-bom", "utf-16-le", "utf-16-be", "windows-1258"],
)
def test_every_encoding_offices_use_is_read_and_told(tmp_path: Path, content: bytes, encoding: str) -> None:
    returns = read(tmp_path, content)
    assert counts(returns) == BOTH
    assert told(returns) == []
    assert returns.files[0].encoding == encoding


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_every_delimiter_is_found_though_labels_hold_commas(tmp_path: Path, delimiter: str) -> None:
    returns = read(tmp_path, offices.csv_text(PLAN, ROWS, delimiter))
    assert (counts(returns), told(returns)) == (BOTH, [])


@pytest.mark.parametrize(
    "content", [f"sep=;\r\n{SEMICOLONS}".encode("utf-8-sig"), f'"sep=\t"\r\n{TABS}'.encode("utf-16")]
)
def test_a_line_that_declares_the_delimiter_is_obeyed(tmp_path: Path, content: bytes) -> None:
    assert counts(read(tmp_path, content)) == BOTH


def test_a_declared_delimiter_counts_for_no_row(tmp_path: Path) -> None:
    wrong = SEMICOLONS.replace("Huyện Gia Viễn;2023;4", "Huyện Gia Viễn;2023;x")
    assert told(read(tmp_path, f"sep=;\r\n{wrong}")) == [("not-a-number", "C3")]  # as the spreadsheet program shows it


def test_a_form_of_two_columns_has_fewer_delimiters_than_commas(tmp_path: Path) -> None:
    lines = [
        "Đơn vị báo cáo: Huyện Nho Quan;",
        "Năm 2023;",
        *(f"{label};{a}" for label, a in zip(LABELS, A, strict=True)),
    ]
    assert counts(read(tmp_path, "\n".join(lines))) == {("372", 2023): A}


def test_a_title_block_stands_above_the_header(tmp_path: Path) -> None:
    text = f"ỦY BAN NHÂN DÂN, TỈNH NINH BÌNH, SỞ LAO ĐỘNG;;\r\nNĂM 2023;;\r\n;;\r\n{SEMICOLONS}"
    assert counts(read(tmp_path, text)) == BOTH


def test_headings_in_quotation_marks_run_over_several_lines(tmp_path: Path) -> None:
    header = ";".join(f'"{label.replace(" ", chr(10), 3)}"' for label in LABELS)
    figures = ";".join(map(str, A))
    assert counts(read(tmp_path, f"Đơn vị;Năm;{header}\nNho Quan;2023;{figures}\n")) == {("372", 2023): A}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_end_of_line_is_one(tmp_path: Path, end: str) -> None:
    assert counts(read(tmp_path, SEMICOLONS.replace("\r\n", end))) == BOTH


TCVN3 = "§¬n vÞ;N¨m;Sè ng­êi bÞ b¹o lùc trªn c¬ së giíi\nHuyÖn Nho Quan;2023;5\n"
VNI = "Ñôn vò;Naêm;Soá ngöôøi bò baïo löïc treân cô sôû giôùi\nHuyeän Nho Quan;2023;5\n"


@pytest.mark.parametrize("text", [TCVN3, VNI], ids=["tcvn3", "vni"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_text_for_an_old_font_is_refused_never_guessed(tmp_path: Path, text: str, encoding: str) -> None:
    returns = read(tmp_path, text.encode(encoding))
    assert (told(returns), len(returns.valid)) == ([("legacy-encoding", None)], 0)


def test_an_old_font_in_a_workbook_is_refused_too(tmp_path: Path) -> None:
    rows = [line.split(";") for line in TCVN3.splitlines()]
    assert told(read(tmp_path, rows)) == [("legacy-encoding", None)]


@pytest.mark.parametrize("content", [bytes(range(256)) * 20, b"\x00" * 500, b"\xff\xfe\x00\xd8"])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, content: bytes) -> None:
    assert told(read(tmp_path, content)) == [("undecodable-text", None)]


@pytest.mark.parametrize("lines", [1, 60_000])
def test_a_quotation_mark_left_open_is_told(tmp_path: Path, lines: int) -> None:
    assert told(read(tmp_path, '"' + "a;b\n" * lines)) == [("unreadable-file", None)]


def test_a_mark_of_utf8_written_twice_is_no_part_of_the_first_heading() -> None:
    assert _rows_of('\ufeff\ufeff"Đơn vị";"Năm"\n') == [["Đơn vị", "Năm"]]


PARTS = ["a", "ă", "12", " ", "'", '"', '""', '"a;b"', '"a\nb"', ";", ",", "\t", "\n", "\r\n", "\x85", "\u2028"]


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=30).map("".join))
def test_rows_below_the_head_are_read_as_those_in_it(text: str) -> None:
    short, long = (_rows_of("sep=;\n" + "x\n" * rows + f"a;{text}") for rows in (1, HEAD_ROWS))
    assert (short and short[1:]) == (long and long[HEAD_ROWS:])


def _rows_of(text: str) -> list[list[Cell]] | None:
    """The rows down to the last filled one; None where the text cannot be read."""
    opened = read_sheets(Source("f.csv", text.encode()))
    rows = [list(row) for sheet in opened.shown for row in _all_rows(sheet)]
    while rows and not rows[-1]:
        rows.pop()
    return rows if opened.shown else None


def test_columns_of_nothing_but_digits_keep_their_zeros() -> None:
    """pandas takes 001 and 1 for one number in a column without any text."""
    assert _rows_of("001;1\n1;01\n") == [["001", "1"], ["1", "01"]]


def test_a_mark_of_utf8_below_the_head_is_kept_as_in_it() -> None:
    text = "a;b\n" * HEAD_ROWS + "\ufeffc;d\n"
    assert (_rows_of(text) or [])[-1] == ["\ufeffc", "d"]


def test_a_cell_keeps_its_place_where_rows_differ_in_length() -> None:
    opened = read_sheets(Source("f.csv", b"a;b;c\n\nd\n"))
    assert ([list(sheet.rows) for sheet in opened.shown], opened.problems) == ([[["a", "b", "c"], [], ["d"]]], [])


ODD = (
    "007",
    "+5",
    "-3",
    "",
    " 7",
    "7 ",
    "1.0",
    '="010"',
    "a;b",
    'q"q',
    "x\ny",
    "1" * 25,
    "e\u0301",
    "00",
    "NA",
    "inf",
    "1e5",
)


@pytest.mark.parametrize("seed", range(20))
def test_a_long_text_has_every_cell_as_it_is_written(seed: int) -> None:
    """Columns of whole numbers are read as such only where no cell has a sign or a zero in front."""
    dice = random.Random(seed)
    share = dice.choice((0, 0, 0.0005, 0.005))
    rows = [["h1", "h2", "h3"]]
    for _ in range(dice.choice((HEAD_ROWS - 1, HEAD_ROWS, 2500))):
        row = [str(dice.randrange(10 ** dice.randrange(1, 6))), f"Xã {dice.randrange(300):05}", str(dice.randrange(9))]
        if dice.random() < share:
            row[dice.randrange(3)] = dice.choice(ODD)
        if dice.random() < share / 3:
            row = row[: dice.randrange(4)] or [*row, "9"]
        rows.append(row)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", quoting=dice.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))).writerows(rows)
    content = text.getvalue().encode(dice.choice(("utf-8", "utf-8-sig", "utf-16")))
    (sheet,) = read_sheets(Source("f.csv", content)).shown
    assert _all_rows(sheet) == [_without_end(list(map(clean_text, row))) for row in rows]


def _all_rows(sheet: Sheet) -> list[list[Cell]]:
    tail = [] if sheet.tail is None else sheet.tail.astype(object).to_numpy().tolist()
    return [
        _without_end([cell if isinstance(cell, str) else str(cell) for cell in row]) for row in [*sheet.rows, *tail]
    ]


def _without_end(row: list[Cell]) -> list[Cell]:
    while row and not row[-1]:
        row.pop()
    return row


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_cells_at_the_ends_of_lines_are_no_columns(end: str) -> None:
    text = end.join(line + "," * 20_000 for line in ("a,b", '"c,",d', "1"))
    assert _rows_of(text) == [["a", "b"], ["c,", "d"], ["1"]]
