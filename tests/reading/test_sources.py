import hashlib
import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gbv_kpi.errors import SourceError
from gbv_kpi.sheets.sources import find_sources, open_source


def test_a_folder_gives_its_spreadsheets_in_order_of_name(tmp_path: Path) -> None:
    for name in ("b.xlsx", "a.csv", "sub/c.ods", "~$b.xlsx", ".hidden.csv", "letter.docx", "OLD.XLS"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found, left_out = find_sources([str(tmp_path)])
    assert [Path(name).name for name in found] == ["OLD.XLS", "a.csv", "b.xlsx", "c.ods"]
    assert [Path(name).name for name in left_out] == ["letter.docx"]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.touch()
    assert find_sources([str(file), str(file), "-"]) == ([str(file), "-"], [])


def test_a_name_that_does_not_exist_stops_us(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no file or folder"):
        find_sources([str(tmp_path / "absent.xlsx")])
    with pytest.raises(SourceError, match="cannot be opened"):
        open_source(str(tmp_path / "absent.xlsx"))


def test_a_source_knows_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a;b")
    assert open_source(str(file)).sha256 == hashlib.sha256(b"a;b").hexdigest()


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"a;b")))
    assert open_source("-").content == b"a;b"


def test_a_text_file_in_a_folder_is_left_out_but_read_when_it_is_named(tmp_path: Path) -> None:
    notes = tmp_path / "readme.txt"
    notes.write_text("a note", encoding="utf-8")
    assert find_sources([str(tmp_path)]) == ([], [str(notes)])
    assert find_sources([str(notes)]) == ([str(notes)], [])
