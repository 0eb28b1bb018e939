from pathlib import Path

import pytest

from tests.reading.sending import read, told


@pytest.mark.parametrize("content", [b"", b" \r\n\t\n"])
def test_an_empty_file_is_called_empty(tmp_path: Path, content: bytes) -> None:
    assert told(read(tmp_path, content)) == [("unreadable-file", None)]


@pytest.mark.quick(3)
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.xlsx", b"%PDF-1.7\n%\xe2\xe3"),
        ("page.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>"),
        ("page.xls", "\ufeff<!DOCTYPE html><html>".encode()),
        ("page.xls", "<html><table>".encode("utf-16")),
        ("old.xls", b'<?xml version="1.0"?><Workbook/>'),
        ("2003.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'),
        ("letter.xlsx", b"{\\rtf1 so lieu}"),
        ("photo.xlsx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40),
        ("photo.csv", b"\xff\xd8\xff\xe0" + b"\x00" * 40),
        ("ledger.db", b"SQLite format 3\0" + b"\x01" * 40),
    ],
)
def test_a_file_of_another_kind_is_named_whatever_its_suffix(tmp_path: Path, name: str, content: bytes) -> None:
    assert told(read(tmp_path, content, name=name)) == [("unsupported-format", None)]


def test_a_csv_called_xls_is_read_as_what_it_is(tmp_path: Path) -> None:
    assert told(read(tmp_path, "victims,schools,unit,year\n1,2,372,2023\n", name="sent.xls"))[0][0] == "missing-column"


def test_text_without_a_table_is_told(tmp_path: Path) -> None:
    assert told(read(tmp_path, "Kính gửi: Sở Lao động\nXin gửi báo cáo.\n")) == [("no-table-found", None)]
