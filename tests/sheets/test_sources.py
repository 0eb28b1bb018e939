import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from gbv_kpi.errors import SourceError
from gbv_kpi.plan import load_plan
from gbv_kpi.returns.collect import read_returns
from gbv_kpi.sheets.sources import find_sources, open_source
from tests.command import WELL, run, write_csv
from tests.sheets.test_package import zipped


def test_a_folder_gives_its_spreadsheets_in_order_of_name(tmp_path: Path) -> None:
    system = ("Thumbs.db", "desktop.ini", ".DS_Store")
    for name in ("b.xlsx", "a.csv", "sub/c.ods", "~$b.xlsx", ".hidden.csv", "OLD.XLS", "d.xlsb", *system):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found, left_out = find_sources([str(tmp_path)])
    assert [Path(name).name for name in found] == ["OLD.XLS", "a.csv", "b.xlsx", "d.xlsb", "c.ods"]
    assert left_out == []


def test_documents_sent_in_place_of_returns_are_opened_to_be_refused(tmp_path: Path) -> None:
    contents = {
        "a.docx": b"PK\x03\x04",
        "b.pdf": b"%PDF-1.7",
        "c.zip": zipped({"x.xlsx": b""}),
        "d.rar": b"Rar!\x1a\x07",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    ran = run("check", str(tmp_path), "--quiet", "--format", "json")
    problems = json.loads(ran.out)["problems"]
    assert ran.code == 3
    assert [Path(problem["file"]).name for problem in problems] == list(contents)
    assert {problem["code"] for problem in problems[1:]} == {"unsupported-format"}
    assert "Unpack it" in problems[2]["hint"] or "Giải nén" in problems[2]["hint"]
    assert "notes.txt" in ran.err


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="the superuser may read everything")
def test_what_may_not_be_read_is_named_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0)
    (tmp_path / "a.csv").touch(mode=0)
    ran = run("check", str(tmp_path), "--format", "json")
    assert (ran.code, len(json.loads(ran.out)["problems"])) == (3, 2)


def test_a_file_that_cannot_be_opened_is_refused_beside_others(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", load_plan(), [("Huyện Nho Quan", 2023, WELL)])
    returns = read_returns([str(tmp_path), str(tmp_path / "a.csv")], load_plan())
    assert len(returns.frame) == 1
    assert [(problem.code, problem.place.file) for problem in returns.problems] == [("unreadable-file", str(tmp_path))]


def test_a_subfolder_is_a_name_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be opened"):
        open_source(str(tmp_path))


def test_a_link_back_to_its_folder_ends(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").touch()
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    found, _ = find_sources([str(tmp_path)])
    assert [Path(name).name for name in found] == ["a.csv"]


def test_link_to_nothing_in_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").symlink_to(tmp_path / "gone.xlsx")
    found, _ = find_sources([str(tmp_path)])
    problems = read_returns(found, load_plan()).problems
    assert [(problem.code, problem.place.file) for problem in problems] == [("unreadable-file", found[0])]


@pytest.mark.parametrize("name", ["x" * 5000, "x/" * 3000, "a\0b", "loop"])
def test_a_name_that_the_system_refuses_is_named_and_stops_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    good = write_csv(tmp_path / "a.csv", load_plan(), [("Huyện Nho Quan", 2023, WELL)])
    ran = run("check", str(tmp_path / name), good, "--format", "json")
    given = json.loads(ran.out)
    assert ran.code == 3
    assert [(problem["code"], problem["file"]) for problem in given["problems"] if problem["severity"] == "error"] == [
        ("unreadable-file", str(tmp_path / name))
    ]
    assert [file["returns"] for file in given["files"]] == [0, 1]


@pytest.mark.slow
def test_folders_nested_too_deeply_to_be_named_stop_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_csv(tmp_path / "a.csv", load_plan(), [("Huyện Nho Quan", 2023, WELL)])
    monkeypatch.chdir(tmp_path)
    for _ in range(2100):
        Path("d").mkdir()
        os.chdir("d")
    os.chdir(tmp_path)
    ran = run("check", str(tmp_path), "--format", "json")
    assert (ran.code, [problem["code"] for problem in json.loads(ran.out)["problems"]][:1]) == (3, ["unreadable-file"])
    subprocess.run(["rm", "-rf", "d"], check=True)  # shutil stops at such a depth


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(b"a;b\n",))
    writer.start()
    found, _ = find_sources([str(pipe)])
    source = open_source(found[0])
    writer.join()
    assert (source.content, source.sha256) == (b"a;b\n", hashlib.sha256(b"a;b\n").hexdigest())


def test_a_device_is_no_file() -> None:
    with pytest.raises(SourceError, match="No such file or folder"):
        find_sources(["/dev/zero"])


def test_a_copy_counts_once_and_is_told(tmp_path: Path) -> None:
    figures = ("Huyện Nho Quan", 2023, WELL)
    for name in ("a.csv", "a (1).csv"):
        write_csv(tmp_path / name, load_plan(), [figures])
    returns = read_returns([str(tmp_path / "a.csv"), str(tmp_path / "a (1).csv")], load_plan())
    assert len(returns.frame) == 1
    assert [(problem.code, Path(problem.place.file).name) for problem in returns.problems] == [
        ("duplicate-file", "a (1).csv")
    ]


@pytest.mark.quick(1)
@pytest.mark.parametrize("format", ["xlsx", "docx", "csv", "html"])
def test_a_report_of_this_program_among_returns_is_left_out(tmp_path: Path, format: str) -> None:
    write_csv(tmp_path / "a.csv", load_plan(), [("Huyện Nho Quan", 2023, WELL)])
    report = tmp_path / f"report.{'xls' if format == 'html' else format}"
    written = tmp_path / f"report.{format}"
    run("report", "--year", "2023", str(tmp_path / "a.csv"), "--format", format, "--output", str(written))
    written.rename(report)
    returns = read_returns(find_sources([str(tmp_path)])[0], load_plan())
    assert len(returns.frame) == 1
    assert [(problem.code, problem.place.file) for problem in returns.problems] == [("own-report", str(report))]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.touch()
    assert find_sources([str(file), str(file), "-"]) == ([str(file), "-"], [])


def test_a_name_that_does_not_exist_stops_us(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file or folder"):
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
