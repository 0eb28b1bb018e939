"""Text from files never acts: not as an escape code, not as Rich's markup, not as a line of its own."""

import json
import unicodedata
import zipfile
from pathlib import Path

import pytest

from gbv_kpi.plan import Plan
from tests.command import Ran, run, well_but, write_csv
from tests.offices import compiled_table, csv_text

ESCAPES = "\x1b[31mđỏ\x1b[0m"
MARKUP = "[bold red]đỏ[/bold red]"
BROKEN_MARKUP = "[/đỏ] :smile: [link=https://example.org]"
HOSTILE = [ESCAPES, MARKUP, BROKEN_MARKUP, "\x9b31m", "a\u202eb", "a\u2028b", "a\x07b\x00"]
formats = pytest.mark.parametrize("format", ["table", "json"])
hostile = pytest.mark.parametrize("text", HOSTILE, ids=ascii)


def assert_harmless(ran: Ran) -> None:
    acting = {c for c in ran.out + ran.err if c != "\n" and unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs")}
    assert acting == set()
    assert "Traceback" not in ran.err


@pytest.mark.quick(2)
@hostile
@formats
def test_a_unit_of_a_csv(tmp_path: Path, plan: Plan, text: str, format: str) -> None:
    file = tmp_path / "r.csv"
    file.write_text(csv_text(plan, [(f"Huyện {text}", 2025, well_but())]), encoding="utf-8")
    ran = run("check", str(file), "--format", format)
    assert ran.code == 3
    assert_harmless(ran)


@pytest.mark.quick(2)
@hostile
@formats
def test_a_count_and_a_heading_of_a_csv(tmp_path: Path, plan: Plan, text: str, format: str) -> None:
    file = tmp_path / "r.csv"
    rows = csv_text(plan, [("372", 2025, {**well_but(), "schools": text})])
    heading, _, row = rows.partition("\r\n")
    file.write_text(f"{heading};Cột {text}\r\n{row.rstrip()};1\r\n", encoding="utf-8")
    ran = run("check", str(file), "--format", format)
    assert ran.code == 3
    assert_harmless(ran)


@pytest.mark.parametrize("text", [MARKUP, BROKEN_MARKUP])
def test_markup_is_printed_as_it_stands(tmp_path: Path, plan: Plan, text: str) -> None:
    file = write_csv(tmp_path / "r.csv", plan, [(text, 2025, well_but())])
    assert text in run("check", file).out
    assert json.loads(run("check", file, "--format", "json").out)["problems"][0]["value"] == text


@pytest.mark.quick(2)
@hostile
@formats
def test_a_file_name(tmp_path: Path, plan: Plan, text: str, format: str) -> None:
    name = text.replace("/", "").replace("\x00", "")
    ran = run(
        "check", write_csv(tmp_path / f"{name}.csv", plan, [("372", 2025, well_but(schools=-1))]), "--format", format
    )
    assert ran.code == 3
    assert_harmless(ran)
    if format == "json":
        assert json.loads(ran.out)["files"][0]["path"].endswith(f"{name}.csv")


@pytest.mark.parametrize("text", [MARKUP, "[/đỏ] :smile:"])
def test_the_name_of_a_file_that_is_not_there_is_printed_as_it_stands(tmp_path: Path, text: str) -> None:
    (tmp_path / text.partition("/")[0]).mkdir()
    ran = run("check", str(tmp_path / text))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert text in ran.err


@pytest.mark.parametrize("text", [ESCAPES, "\x9b31m", "a\u2028b"], ids=ascii)
def test_the_name_of_a_file_that_is_not_there(tmp_path: Path, text: str) -> None:
    ran = run("check", str(tmp_path / text))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert_harmless(ran)


@formats
def test_a_file_name_that_is_no_unicode(tmp_path: Path, plan: Plan, format: str) -> None:
    file = tmp_path / "b\udce1o-c\udce1o.csv"  # "báo-cáo" in Windows-1258, as an old archive unpacks it
    try:
        write_csv(file, plan, [("372", 2025, well_but())])
    except OSError:
        pytest.skip("this file system has Unicode names only")
    ran = run("check", str(file), "--format", format)
    assert ran.code == 0
    assert_harmless(ran)


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", [MARKUP[:31], "[/đỏ] :smile:"])
@formats
def test_the_name_of_a_sheet(tmp_path: Path, plan: Plan, name: str, format: str) -> None:
    """openpyxl refuses brackets, Excel too; but a file is only bytes."""
    plain, file = tmp_path / "plain.xlsx", tmp_path / "r.xlsx"
    compiled_table(plan, 2025, [("Huyện Nho Quan", well_but(schools=-1))]).save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, content.replace("Biểu 1".encode(), name.encode()) if "workbook.xml" in part else content)
    ran = run("check", str(file), "--format", format)
    assert ran.code == 3
    assert name in ran.out
    assert_harmless(ran)
