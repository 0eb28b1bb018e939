"""Withdrawals, notes, signatures, comparisons and rehearsals, on both databases."""

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gbv_kpi.errors import UsageError
from gbv_kpi.ledger.database import open_ledger
from gbv_kpi.ledger.entries import Author, latest
from gbv_kpi.ledger.year import record_event, sign
from gbv_kpi.plan import Plan
from tests.command import WELL, Row, run, well_but, write_csv
from tests.ledger.inbox import hand_in, held
from tests.plan.files import PLAN, plan_file

NO = "Huyện Nho Quan"
UNITS = ("370", "372", "373")


@pytest.fixture
def office(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> str:
    """A ledger with three units' returns of 2024, all different."""
    rows: list[Row] = [(unit, 2024, well_but(victims=10 + number)) for number, unit in enumerate(UNITS)]
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, rows))
    return place


def ask(place: str, *arguments: str) -> Any:
    ran = run(*arguments, "--ledger", place, "--format", "json")
    assert ran.code in (0, 1), ran.err
    return json.loads(ran.out)


def withdraw_372(place: str, *more: str) -> Any:
    return ask(place, "withdraw", "--unit", NO, "--year", "2024", "--reason", "Sai đơn vị", "--by", "Lan", *more)


def test_withdrawn_return_counts_nowhere_and_stays_in_history(office: str, plan: Plan) -> None:
    event = withdraw_372(office)["event"]
    assert (event["kind"], event["unit"], event["revision"], event["text"]) == ("withdraw", "372", 1, "Sai đơn vị")
    assert [entry.unit.code for entry in latest(held(office, plan))] == ["370", "373"]
    assert "372" in [unit["code"] for unit in ask(office, "report", "--year", "2024")["coverage"][0]["missing"]]
    (nho_quan,) = (one for one in ask(office, "status", "--year", "2024")["units"] if one["unit"] == "372")
    assert (nho_quan["status"], nho_quan["withdrawn"]["who"]) == ("missing", "Lan")
    history = ask(office, "history", "--unit", NO)
    assert [one["withdrawn"]["text"] for one in history["revisions"]] == ["Sai đơn vị"]
    assert [one["kind"] for one in history["events"]] == ["withdraw"]
    assert {count["unit"] for count in ask(office, "trace", "training", "--year", "2024")["numerator"]} == {
        "370",
        "373",
    }
    assert run("trace", "training", "--unit", NO, "--year", "2024", "--ledger", office).code == 2


def test_withdrawal_is_not_yet_known_the_day_before(office: str, plan: Plan, noon: datetime) -> None:
    with open_ledger(office) as ledger:
        record_event(ledger, plan, NO, 2024, "withdraw", "sai", Author("Lan", noon + timedelta(days=2)))
    asked = ("report", "--year", "2024", "--as-of")
    before, after = (ask(office, *asked, f"2025-12-0{day}")["coverage"][0]["received"] for day in (2, 4))
    assert (before, after) == (3, 2)


def test_nothing_can_be_withdrawn_twice_or_noted_then(office: str, plan: Plan) -> None:
    withdraw_372(office)
    for arguments in (("withdraw", "--reason", "x"), ("note", "x")):
        ran = run(*arguments, "--unit", NO, "--year", "2024", "--ledger", office)
        assert (ran.code, ran.out) == (2, "")
        assert "no return of Huyện Nho Quan for 2024" in ran.err


@pytest.mark.parametrize("arguments", [("withdraw", "--reason", " "), ("note", "")])
def test_text_that_says_nothing_is_not_recorded(office: str, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments, "--unit", NO, "--year", "2024", "--ledger", office)
    assert (ran.code, ran.err) == (2, "gbv-kpi: The text is empty: write why.\n")
    assert ask(office, "history", "--unit", NO)["events"] == []


def test_return_with_the_figures_of_a_withdrawn_one_lists_no_change(office: str, plan: Plan, tmp_path: Path) -> None:
    withdraw_372(office)
    ran = run("submit", write_csv(tmp_path / "b.csv", plan, [("372", 2024, well_but(victims=11))]), "--ledger", office)
    assert "recorded: 1 corrected, of 2024" in ran.out
    assert "revision 2" not in ran.out


def test_withdrawn_file_stays_withdrawn_until_another_comes(
    office: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    withdraw_372(office)
    (again,) = hand_in(office, plan, noon, str(tmp_path / "a.csv")).files
    assert (again.state, again.corrected_since) == ("unchanged", True)
    other = write_csv(tmp_path / "b.csv", plan, [("372", 2024, well_but(victims=11))])
    (revised,) = hand_in(office, plan, noon, other).files[0].revised
    assert (revised.entry.revision, revised.changes) == (2, ())
    assert [(entry.revision, bool(entry.withdrawn)) for entry in held(office, plan) if entry.unit.code == "372"] == [
        (1, True),
        (2, False),
    ]


def test_merged_unit_can_report_once_its_heirs_return_is_withdrawn(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, [("374", 2025, WELL)]))
    part = write_csv(tmp_path / "b.csv", plan, [("Thành phố Ninh Bình", 2025, WELL)])
    assert hand_in(place, plan, noon, part).exit_code == 3
    with open_ledger(place) as ledger:
        record_event(ledger, plan, "374", 2025, "withdraw", "sai", Author("Lan", noon))
    assert hand_in(place, plan, noon, part).exit_code == 0


@pytest.mark.slow
def test_note_is_shown_in_history_trace_and_reports(office: str) -> None:
    text = "Hai trường <sáp nhập>"
    assert ask(office, "note", "--unit", NO, "--year", "2024", text)["recorded"] is True
    assert [one["text"] for one in ask(office, "history", "--unit", NO)["events"]] == [text]
    assert ask(office, "history", "--unit", "373")["events"] == []
    assert [one["text"] for one in ask(office, "trace", "education", "--year", "2024")["notes"]] == [text]
    assert ask(office, "trace", "education", "--year", "2024", "--unit", "373")["notes"] == []
    assert [one["text"] for one in ask(office, "report", "--year", "2024")["record"]["notes"]] == [text]
    for form in ("table", "md", "html"):
        assert "sáp nhập" in run("report", "--year", "2024", "--ledger", office, "--format", form).out
        published = run("report", "--year", "2024", "--ledger", office, "--format", form, "--publish")
        assert "sáp nhập" not in published.out


def test_signing_an_incomplete_year_warns_of_the_missing_units(office: str) -> None:
    ran = run("sign", "--year", "2024", "--by", "Lan", "--ledger", office)
    assert (ran.code, ran.err) == (
        0,
        "5 units have not reported 2024: see gbv-kpi status, and sign again when they have.\n",
    )


def test_signed_year_says_what_has_changed_since(office: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    signed = ask(office, "sign", "--year", "2024", "--by", "Lan")["event"]
    assert len(signed["findings"]) == 64
    assert ask(office, "sign", "--year", "2024", "--by", "Minh")["recorded"] is False
    assert ask(office, "report", "--year", "2024")["record"]["changed_since_signed"] == []
    rows: list[Row] = [("372", 2024, well_but(victims=11, schools_integrating=12)), ("375", 2024, WELL)]
    hand_in(office, plan, noon, write_csv(tmp_path / "b.csv", plan, rows))
    ask(office, "withdraw", "--unit", "373", "--year", "2024", "--reason", "sai")
    record = ask(office, "report", "--year", "2024")["record"]
    assert record["signature_reproduced"] is True
    corrected, withdrawn, new = record["changed_since_signed"]
    assert (corrected["unit"], corrected["old_revision"], corrected["new_revision"]) == ("372", 1, 2)
    assert corrected["changes"] == [
        {"field": "schools_integrating", "old": 20, "new": 12, "old_cell": "L3", "new_cell": "L2"}
    ]
    assert (withdrawn["unit"], withdrawn["new_revision"]) == ("373", None)
    assert (new["unit"], new["old_revision"]) == ("375", None)
    diff = ask(office, "diff", "--year", "2024")
    assert diff["returns"] == record["changed_since_signed"]
    assert diff["signature"] == record["signature"]
    assert ("education", "372", "met", "missed") in [
        (one["new"]["indicator"], one["new"]["unit"], one["old"]["status"], one["new"]["status"])
        for one in diff["findings"]
        if one["old"] and one["new"]
    ]
    told = run("report", "--year", "2024", "--ledger", office).out
    assert "20 → 12 (L2)" in told
    assert ask(office, "sign", "--year", "2024")["recorded"] is True
    assert ask(office, "diff", "--year", "2024", "--from", "signed")["returns"] == []


def test_diff_compares_days_and_ledgers(
    office: str, plan: Plan, tmp_path: Path, noon: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = str(tmp_path_factory.mktemp("other") / "other.db")
    hand_in(other, plan, noon, str(tmp_path / "a.csv"))
    later = write_csv(tmp_path / "b.csv", plan, [("373", 2024, well_but(victims=14))])
    hand_in(office, plan, noon + timedelta(days=2), later)
    by_day = ask(office, "diff", "--year", "2024", "--from", "2025-12-02", "--to", "2025-12-04")
    by_ledger = ask(office, "diff", "--year", "2024", "--from-ledger", other)
    assert by_day["returns"] == by_ledger["returns"]
    assert [(one["field"], one["old"], one["new"]) for one in by_day["returns"][0]["changes"]] == [("victims", 12, 14)]
    assert ask(office, "diff", "--year", "2024", "--from", "2025-12-02", "--to", "2025-12-02")["returns"] == []
    ran = run("diff", "--year", "2024", "--ledger", office)
    assert ran.code == 2
    assert "2024 is not signed" in ran.err


def test_year_without_returns_cannot_be_signed(office: str, plan: Plan, noon: datetime) -> None:
    with open_ledger(office) as ledger, pytest.raises(UsageError):
        sign(ledger, plan, 2022, Author("Lan", noon))


def test_export_and_import_carry_what_was_recorded(
    office: str, plan: Plan, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ask(office, "note", "--unit", "373", "--year", "2024", "vì sao")
    withdraw_372(office)
    ask(office, "sign", "--year", "2024")
    folder = tmp_path_factory.mktemp("moved")
    lines, other = str(folder / "ledger.jsonl"), str(folder / "other.db")
    assert run("export", "--ledger", office, "--output", lines).code == 0
    for _ in range(2):
        assert run("import", lines, "--ledger", other).code == 0
        assert run("export", "--ledger", other).out == Path(lines).read_text("utf-8")
    assert [entry.unit.code for entry in latest(held(other, plan))] == ["370", "373"]


def test_ledger_from_before_the_journal_is_refused_as_older(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "a.csv", plan, [("372", 2024, WELL)]))
    with sqlite3.connect(sqlite) as connection:
        connection.execute("DROP TABLE gbv_kpi_event")
    connection.close()
    ran = run("report", "--year", "2024", "--ledger", sqlite)
    assert ran.code == 2
    assert "created by an older gbv-kpi: export it with that version" in ran.err


def test_event_that_was_changed_is_damage(sqlite: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "a.csv", plan, [("372", 2024, WELL)]))
    withdraw_372(sqlite)
    with sqlite3.connect(sqlite) as connection:
        connection.execute("UPDATE gbv_kpi_event SET content = replace(content, 'Lan', 'Minh')")
    connection.close()
    for command in (("history",), ("ledger", "check")):
        ran = run(*command, "--ledger", sqlite)
        assert ran.code == 2
        assert "differs from what was recorded" in ran.err


def test_rehearsal_shows_what_would_change_and_records_nothing(
    office: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    before = held(office, plan)
    rows: list[Row] = [("372", 2024, well_but(victims=12)), ("375", 2024, WELL)]
    file = write_csv(tmp_path / "b.csv", plan, rows)
    copied = write_csv(tmp_path / "c.csv", plan, rows[:1])
    ran = ask(office, "submit", file, copied, "--dry-run")
    assert (ran["dry_run"], [one["state"] for one in ran["files"]]) == (True, ["recorded", "unchanged"])
    assert [(one["unit"], one["revision"]) for one in ran["files"][0]["recorded"]] == [("372", 2), ("375", 1)]
    told = run("submit", file, "--dry-run", "--ledger", office).out
    assert "11 → 12" in told
    assert "Nothing was recorded" in told
    assert held(office, plan) == before


def test_rehearsal_without_a_ledger_makes_none(sqlite: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    file = write_csv(tmp_path / "a.csv", plan, [("372", 2024, WELL)])
    assert ask(sqlite, "submit", file, "--dry-run")["files"][0]["state"] == "recorded"
    assert not Path(sqlite).exists()


def test_large_correction_all_units_and_identical_figures_warn(
    office: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    rows: list[Row] = [(unit, 2024, well_but(victims=20 + number, schools=90)) for number, unit in enumerate(UNITS)]
    corrected = hand_in(office, plan, noon, write_csv(tmp_path / "b.csv", plan, rows))
    codes = [(problem.code, problem.unit, problem.field) for problem in corrected.problems]
    assert [code for code in codes if code[0] == "large-correction"] == [
        ("large-correction", unit, "schools") for unit in UNITS
    ]
    assert ("all-corrected", None, None) in codes
    assert "identical-returns" not in [code for code, *_ in codes]
    twin = hand_in(office, plan, noon, write_csv(tmp_path / "c.csv", plan, [("375", 2024, rows[0][2])]))
    (problem,) = twin.problems
    assert (problem.code, problem.unit) == ("identical-returns", "375")


def test_fields_that_the_plan_lost_since_are_named_in_the_report(tmp_path: Path) -> None:
    """Their counts are in the ledger and in no figure: the report would otherwise say only “not reported”."""
    returns, ledger = tmp_path / "a.csv", str(tmp_path / "ledger.db")
    returns.write_text("Đơn vị,Năm,Số người bị bạo lực,Số người tìm kiếm\nXã A,2026,9,5\n", encoding="utf-8")
    file = plan_file(tmp_path)
    assert run("submit", str(returns), "--plan", str(file), "--ledger", ledger).code == 0
    report = ("report", "--year", "2026", "--plan", str(file), "--ledger", ledger)
    assert "The plan has changed" not in run(*report).out
    plan_file(tmp_path, PLAN.replace("seeking", "asking"))
    assert (
        "The plan has changed: fields of recorded returns that it lacks count in no figure: seeking" in run(*report).out
    )
    assert json.loads(run(*report, "--format", "json").out)["record"]["unknown_fields"] == ["seeking"]
