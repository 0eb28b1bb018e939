"""A ledger that is verified as a whole, one that is damaged, and a clock that was set back."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from gbv_kpi.ledger.database import open_ledger
from gbv_kpi.ledger.query import entries_of
from gbv_kpi.plan import Plan
from tests.command import of_2025, run, well_but, write_csv
from tests.ledger.inbox import hand_in
from tests.ledger.mutants import mutate
from tests.ledger.test_faults import expect_one_line


@pytest.fixture
def filled(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> str:
    """All of 2025, and a second file that repeats six units and corrects one."""
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025()))
    corrected = write_csv(tmp_path / "b.csv", plan, of_2025({"372": well_but(schools=21)}))
    hand_in(place, plan, noon + timedelta(days=1), corrected)
    return place


def change(place: str, statement: str) -> None:
    with open_ledger(place) as ledger, ledger.writing() as connection:
        connection.execute(text(statement))


def test_a_whole_ledger_is_told_as_that(filled: str) -> None:
    ran = run("ledger", "check", "--ledger", filled)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("2 files, 8 returns.\nEverything that can be compared matches what was recorded.\n")
    found = json.loads(run("ledger", "check", "--format", "json", "--ledger", filled).out)
    assert (found["files"], found["returns"], found["not_compared"], found["damage"]) == (2, 8, 0, [])


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gbv_kpi_return SET figures = replace(CAST(figures AS TEXT), '[20,', '[19,') WHERE revision = 2",
        "UPDATE gbv_kpi_return SET year = 2024 WHERE revision = 2",
        "UPDATE gbv_kpi_return SET unit_name = 'Huyện Khác' WHERE revision = 2",
        "UPDATE gbv_kpi_submission SET who = 'ai đó' WHERE id = 2",
    ],
)
def test_a_return_that_was_changed_is_told_by_every_command(filled: str, statement: str) -> None:
    if "://" in filled:
        statement = statement.replace("replace(CAST(figures AS TEXT), '[20,', '[19,')", '\'{"schools": [19, "B2"]}\'')
    change(filled, statement)
    for command in (("history",), ("trend",), ("export",)):
        expect_one_line(
            run(*command, "--ledger", filled), "damaged", "revision 2 of Huyện", "differs from what was recorded"
        )
    ran = run("ledger", "check", "--ledger", filled)
    assert ran.code == 2
    assert "Damaged: revision 2 of Huyện" in ran.out


def test_publication_that_was_changed_is_damage_to_ledger_check(filled: str) -> None:
    assert run("report", "--year", "2025", "--publish", "--register", "--ledger", filled).code in (0, 1)
    assert run("ledger", "check", "--ledger", filled).code == 0
    change(
        filled,
        """UPDATE gbv_kpi_publication SET content = '{"min_count": 9, "indicators": {}, "told": []}'""",
    )
    expect_one_line(run("ledger", "check", "--ledger", filled), "damaged", "one of its publications cannot be read")


def test_a_revision_that_is_missing_is_told(filled: str) -> None:
    change(filled, "DELETE FROM gbv_kpi_return WHERE unit_code = '372' AND revision = 1")
    expect_one_line(run("report", "--year", "2025", "--ledger", filled), "damaged", "revision")
    ran = run("ledger", "check", "--ledger", filled)
    assert ran.code == 2
    assert "revision 1 of Huyện Nho Quan, 2025, is missing" in ran.out


def test_a_return_that_was_deleted_is_told_by_the_hash_of_its_file(filled: str) -> None:
    change(filled, "DELETE FROM gbv_kpi_return WHERE unit_code = '377'")
    ran = run("ledger", "check", "--ledger", filled)
    assert ran.code == 2
    assert "a.csv differ from what was submitted" in ran.out


def test_a_clock_set_back_never_shows_a_revision_without_the_one_before(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025()))
    corrected = write_csv(tmp_path / "b.csv", plan, of_2025({"372": well_but(schools=21)}))
    hand_in(place, plan, noon - timedelta(days=2), corrected)
    with open_ledger(place) as ledger, ledger.reading() as connection:
        assert entries_of(connection, plan, as_of=noon - timedelta(days=1)) == []
        assert len(entries_of(connection, plan, as_of=noon)) == 8


def test_a_schema_that_is_no_text_is_told_as_damage(plan: Plan, tmp_path: Path, noon: datetime) -> None:
    """SQLite quotes it in its message, which then cannot be decoded."""
    path = tmp_path / "ledger.db"
    hand_in(str(path), plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025()))
    path.write_bytes(path.read_bytes().replace(b"FOREIGN KEY(submission)", b"FOREIGN KEY(submiss\xe9on)"))
    expect_one_line(run("ledger", "check", "--ledger", str(path)), "damaged")


@pytest.mark.slow
def test_damaged_ledgers_never_end_as_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutate(25, 3) == 0
    assert "25 mutants, seed 3, 0 faults" in capsys.readouterr().out
