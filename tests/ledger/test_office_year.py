"""One year of an office, from an inbox to the diff after the signature, on SQLite and on a real PostgreSQL."""

import json
from pathlib import Path
from typing import Any

import docx
import pytest

from gbv_kpi.plan import Plan
from tests.command import WELL, run, well_but, write_csv
from tests.offices import Figures

UNITS = ("370", "373", "374", "375", "377")


@pytest.fixture
def office(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office's folder, whose settings name the ledger and the deadline."""
    monkeypatch.delenv("GBV_KPI_CONFIG")
    monkeypatch.delenv("GBV_KPI_LEDGER")
    settings = f"ledger = '{place}'\n[deadline]\n2025 = 2099-01-10\n[office]\nplace = 'Hoa Lư'\n"
    (tmp_path / "gbv-kpi.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def workers(count: int) -> Figures:
    return well_but(village_workers=count, village_workers_trained=count)


def ask(*arguments: str, code: int = 0) -> Any:
    ran = run(*arguments, "--format", "json")
    assert ran.code == code, ran.err + ran.out
    return json.loads(ran.out)


def states(told: Any) -> dict[str, str]:
    return {Path(file["path"]).name: file["state"] for file in told["files"]}


@pytest.mark.slow
def test_year_of_an_office_from_inbox_to_diff(office: Path, plan: Plan) -> None:
    inbox = office / "inbox"
    rows = [(unit, 2025, workers(60 + number)) for number, unit in enumerate(UNITS)]
    write_csv(inbox / "nam-don-vi.csv", plan, rows)
    write_csv(inbox / "nho-quan.csv", plan, [("372", 2025, well_but(victims_seeking_help=31))])
    write_csv(inbox / "kim-son.csv", plan, [("376", 2025, workers(61))])  # it is Gia Viễn's

    rehearsed = ask("submit", "inbox", "--dry-run", code=3)
    assert states(rehearsed) == {"nam-don-vi.csv": "recorded", "nho-quan.csv": "refused", "kim-son.csv": "recorded"}
    assert run("status", "--year", "2025").code == 2  # there is no ledger yet

    told = ask("submit", "inbox", "--sort-into", "sorted", code=3)
    assert "identical-returns" in {problem["code"] for problem in told["problems"]}
    assert sorted(path.name for path in (office / "sorted").rglob("*.csv")) == sorted(states(told))
    write_csv(inbox / "lan-nua.csv", plan, rows)
    assert states(ask("submit", "inbox", "--sort-into", "sorted")) == {"lan-nua.csv": "unchanged"}

    ask("withdraw", "--unit", "Huyện Kim Sơn", "--year", "2025", "--reason", "Số liệu của Gia Viễn", "--by", "Lan")
    late = {unit["unit"]: unit["status"] for unit in ask("status", "--year", "2025", code=1)["units"]}
    assert {code for code, status in late.items() if status == "missing"} == {"372", "376"}

    written = ask("letters", "--year", "2025", "--output", "letters", "sorted/refused")["letters"]
    assert {one["unit"]: one["kind"] for one in written} == {"372": "refusal", "376": "reminder"}
    text = "\n".join(p.text for p in docx.Document(str(office / "letters" / "376 Huyện Kim Sơn.docx")).paragraphs)
    assert "Số liệu của Gia Viễn" in text

    write_csv(inbox / "nho-quan.csv", plan, [("372", 2025, WELL)])
    write_csv(inbox / "kim-son.csv", plan, [("376", 2025, workers(80))])
    assert set(states(ask("submit", "inbox", "--sort-into", "sorted")).values()) == {"recorded"}
    assert (office / "sorted/accepted/2025/kim-son (2).csv").is_file()
    ask("note", "--unit", "376", "--year", "2025", "Đường dây nóng mở từ tháng 3", "--by", "Lan")
    assert ask("letters", "--year", "2025", "--output", "letters-2")["letters"] == []  # nothing is lacking
    ask("sign", "--year", "2025", "--by", "Lan")

    write_csv(inbox / "sua.csv", plan, [("377", 2025, {**workers(64), "schools_integrating": 19})])
    ask("submit", "inbox", "--sort-into", "sorted")
    diff = ask("diff", "--year", "2025", "--from", "signed")
    (change,) = diff["returns"]
    assert (change["unit"], [(one["field"], one["old"], one["new"]) for one in change["changes"]]) == (
        "377",
        [("schools_integrating", 20, 19)],
    )
    report = ask("report", "--year", "2025", code=1)
    assert report["record"]["changed_since_signed"] == diff["returns"]
    assert [note["text"] for note in report["record"]["notes"]] == ["Đường dây nóng mở từ tháng 3"]
    assert run("report", "--year", "2025", "--output", "report.docx").code == 1
    report_docx = docx.Document(str(office / "report.docx"))
    annex = "\n".join(paragraph.text for paragraph in report_docx.paragraphs)
    for words in ("Đường dây nóng mở từ tháng 3", "20 → 19"):
        assert words in annex
    assert "Hoa Lư, ngày" in report_docx.tables[0].rows[1].cells[1].text

    exported = run("export").out
    (office / "ledger.jsonl").write_text(exported, encoding="utf-8")
    assert run("import", "ledger.jsonl", "--ledger", "copy.db").code == 0
    assert run("export", "--ledger", "copy.db").out == exported
    assert ask("diff", "--year", "2025", "--from-ledger", "copy.db")["returns"] == []
    assert run("ledger", "check").code == 0
    assert ask("letters", "--year", "2025", "--output", "letters-3")["letters"][0]["kind"] == "results"
