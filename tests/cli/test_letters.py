"""Letters to units: who gets which, what they say, and what lies beside them."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook

from gbv_kpi.plan import Plan
from tests.command import WELL, Ran, Row, run, well_but, write_csv
from tests.ledger.inbox import hand_in

SETTINGS = '[deadline]\n2024 = 2025-01-10\n[office]\nsuperior = "UBND tỉnh"\nplace = "Hoa Lư"\n'


@pytest.fixture
def office(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office that has the returns of 2024 of three units; one of them lacks schools and people trained."""
    monkeypatch.delenv("GBV_KPI_CONFIG")
    monkeypatch.delenv("GBV_KPI_LEDGER")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gbv-kpi.toml").write_text('ledger = "so.db"\n' + SETTINGS, encoding="utf-8")
    lacking = well_but(officials_trained=30, schools_integrating=12)
    rows: list[Row] = [("370", 2024, WELL), ("372", 2024, lacking), ("373", 2024, WELL)]
    at = datetime.fromisoformat("2025-01-05T09:00+07:00")
    hand_in(str(tmp_path / "so.db"), plan, at - timedelta(days=1), write_csv(tmp_path / "a.csv", plan, rows))
    (tmp_path / "bad").mkdir()
    write_csv(tmp_path / "bad" / "kim-son.csv", plan, [("376", 2024, well_but(victims_seeking_help=31))])
    (tmp_path / "bad" / "kim-son.csv.marked.xlsx").write_bytes(b"a marked copy is no return")
    (tmp_path / "bad" / "ai-gui.csv").write_text("không phải báo cáo\n", encoding="utf-8")
    return tmp_path


def letters(*more: str) -> Ran:
    return run("letters", "--year", "2024", "--output", "thu", "--dated", "2025-01-12", "bad", *more)


def text_of(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])


def test_each_unit_gets_its_letter_and_who_has_nothing_to_hear_none(office: Path) -> None:
    ran = letters("--format", "json")
    assert ran.code == 0
    told = json.loads(ran.out)
    assert {one["unit"]: one["kind"] for one in told["letters"]} == {
        "369": "reminder",
        "372": "results",
        "374": "reminder",
        "375": "reminder",
        "376": "refusal",
        "377": "reminder",
    }
    assert told["without_unit"] == ["bad/ai-gui.csv"]
    assert "ai-gui.csv" in ran.err
    assert sorted(path.name for path in (office / "thu").glob("37[26]*")) == [
        "372 Huyện Nho Quan.docx",
        "372 Huyện Nho Quan.md",
        "376 Huyện Kim Sơn.docx",
        "376 Huyện Kim Sơn.md",
    ]


@pytest.mark.slow
def test_reminder_names_the_deadline_and_encloses_a_blank_form(office: Path) -> None:
    letters()
    text = text_of(office / "thu" / "375 Huyện Yên Khánh.docx")
    for words in (
        "UBND TỈNH",
        "Hoa Lư, ngày",
        "V/v đôn đốc",
        "Kính gửi: Ủy ban nhân dân huyện Yên Khánh",
        "10/01/2025",
    ):
        assert words in text
    form = load_workbook(office / "thu" / "375 Huyện Yên Khánh.xlsx")
    assert form.sheetnames[0] == "Huyện Yên Khánh"
    assert run("check", "thu/375 Huyện Yên Khánh.xlsx").code == 2  # nothing is filled in yet


def test_refusal_tells_every_mistake_with_its_cell(office: Path) -> None:
    letters()
    for text in (
        text_of(office / "thu" / "376 Huyện Kim Sơn.docx"),
        (office / "thu" / "376 Huyện Kim Sơn.md").read_text("utf-8"),
    ):
        assert "kim-son.csv" in text
        assert "D2 (Huyện Kim Sơn, 2024)" in text
        assert "lớn hơn" in text


@pytest.mark.slow
def test_results_say_what_is_lacking_and_how_many_remain(office: Path) -> None:
    letters()
    rows = {
        cells[0]: cells[1:]
        for line in (office / "thu" / "372 Huyện Nho Quan.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and (cells := [cell.strip() for cell in line.strip("|").split("|")])
    }
    assert rows["Tập huấn cán bộ"][-4:] == [
        "trên 90% từ năm 2021",
        "chưa đạt",
        "01 người được tập huấn",
        "10",
    ]  # 90 of 100 trained, and the plan says more than 90%
    assert rows["Cơ sở giáo dục lồng ghép"][-2:] == ["05 cơ sở giáo dục", "8"]  # 17 of 20 is 85%
    assert "Tập huấn cán bộ" in text_of(office / "thu" / "372 Huyện Nho Quan.docx")


@pytest.mark.slow
def test_letters_are_not_replaced_unless_asked(office: Path) -> None:
    assert letters().code == 0
    (office / "thu" / "372 Huyện Nho Quan.docx").write_bytes(b"changed by hand")
    ran = letters()
    assert (ran.code, (office / "thu" / "372 Huyện Nho Quan.docx").read_bytes()) == (2, b"changed by hand")
    assert letters("--force").code == 0
    assert "V/v" in text_of(office / "thu" / "372 Huyện Nho Quan.docx")


@pytest.mark.slow
def test_an_offices_own_document_is_filled_in(office: Path) -> None:
    own = docx.Document()
    for line in ("{{ co_quan_ban_hanh }}", "{{ trich_yeu }}", "{{ don_vi }}", "{{ noi_dung }}"):
        own.add_paragraph(line)
    own.save(str(office / "mau.docx"))
    assert letters("--docx-template", "mau.docx").code == 0
    document = docx.Document(str(office / "thu" / "377 Huyện Yên Mô.docx"))
    first, about, unit, *body = [paragraph.text for paragraph in document.paragraphs]
    assert (first, unit) == ("Sở Lao động - Thương binh và Xã hội", "Huyện Yên Mô")
    assert about.startswith("đôn đốc")
    assert any("10/01/2025" in text for text in body)


@pytest.mark.slow
def test_letters_are_in_english_if_asked(office: Path) -> None:
    assert letters("--lang", "en").code == 0
    assert "Re: Reminder" in (office / "thu" / "377 Huyện Yên Mô.md").read_text("utf-8")


@pytest.mark.slow
def test_unit_with_a_valid_row_in_a_refused_table_gets_no_reminder(office: Path, plan: Plan) -> None:
    rows: list[Row] = [("375", 2024, WELL), ("377", 2024, well_but(victims_seeking_help=31))]
    write_csv(office / "bad" / "chung.csv", plan, rows)
    ran = letters("--format", "json")
    kinds = {one["unit"]: one["kind"] for one in json.loads(ran.out)["letters"]}
    assert "375" not in kinds
    assert kinds["377"] == "refusal"
    assert "Its row in bad/chung.csv is valid" in ran.err
