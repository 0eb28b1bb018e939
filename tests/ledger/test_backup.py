"""Ledgers exported, imported and verified: nothing lost or twice, all of it or nothing, and damage is found."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from gbv_kpi.ledger.database import open_ledger
from gbv_kpi.ledger.query import entries_of
from gbv_kpi.plan import Plan
from tests.command import of_2025, run, well_but, write_csv
from tests.ledger.inbox import hand_in, held
from tests.ledger.mutants import mutate
from tests.ledger.server import fresh_database
from tests.ledger.test_faults import expect_one_line


@pytest.fixture
def filled(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> str:
    """A ledger with a correction in it, and a file that brought nothing new."""
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025()))
    later = noon + timedelta(days=1)
    hand_in(place, plan, later, write_csv(tmp_path / "b.csv", plan, of_2025({"372": well_but(schools=21)})))
    hand_in(place, plan, later, write_csv(tmp_path / "c.csv", plan, of_2025({"372": well_but(schools=21)})[::-1]))
    return place


def test_a_ledger_moves_from_either_database_to_both(filled: str, server: str, tmp_path: Path, plan: Plan) -> None:
    export = tmp_path / "ledger.jsonl"
    assert run("export", "--ledger", filled, "--output", str(export)).code == 0
    for target in (str(tmp_path / "other.db"), fresh_database(server)):
        ran = run("import", str(export), "--ledger", target)
        assert (ran.code, "Added 3 new files" in ran.out) == (0, True)
        assert held(target, plan) == held(filled, plan)
        assert run("export", "--ledger", target).out == export.read_text("utf-8")
        questions = (["report", "--year", "2025"], ["history"], ["trace", "education", "--year", "2025"], ["trend"])
        for question in questions:
            answers = [run(*question, "--ledger", ledger, "--format", "json").out for ledger in (filled, target)]
            assert answers[0] == answers[1]


def test_import_is_safe_to_repeat_and_adds_only_what_is_new(
    filled: str, tmp_path: Path, plan: Plan, noon: datetime
) -> None:
    export, target = tmp_path / "ledger.jsonl", str(tmp_path / "other.db")
    run("export", "--ledger", filled, "--output", str(export))
    run("import", str(export), "--ledger", target)
    assert "already has all of these files" in run("import", str(export), "--ledger", target).out
    hand_in(filled, plan, noon, write_csv(tmp_path / "d.csv", plan, [("372", 2025, well_but(schools=22))]))
    run("export", "--ledger", filled, "--output", str(export))
    assert "Added 1 new file to" in run("import", str(export), "--ledger", target).out
    assert held(target, plan) == held(filled, plan)


def test_two_ledgers_that_went_on_separately_are_not_mixed(
    sqlite: str, tmp_path: Path, plan: Plan, noon: datetime
) -> None:
    other, export = str(tmp_path / "other.db"), tmp_path / "ledger.jsonl"
    hand_in(
        sqlite, plan, noon, write_csv(tmp_path / "a.csv", plan, [("373", 2025, well_but()), ("372", 2025, well_but())])
    )
    hand_in(other, plan, noon, write_csv(tmp_path / "b.csv", plan, [("372", 2025, well_but(schools=21))]))
    run("export", "--ledger", sqlite, "--output", str(export))
    before = held(other, plan)
    ran = run("import", str(export), "--ledger", other)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "Nothing was imported" in ran.err
    assert held(other, plan) == before


def spoilt(line: str, **changes: object) -> str:
    return json.dumps({**json.loads(line), **changes})


@pytest.mark.quick(2)
@pytest.mark.parametrize("fault", ["empty", "no header", "torn", "negative", "text", "extra", "binary", "newer"])
def test_what_is_no_export_is_refused_whole(filled: str, tmp_path: Path, fault: str) -> None:
    header, *lines = run("export", "--ledger", filled).out.splitlines()
    entry = json.loads(lines[0])["returns"][0]
    content = {
        "empty": "",
        "no header": "\n".join(lines),
        "torn": "\n".join([header, *lines])[:-40],
        "negative": "\n".join([header, spoilt(lines[0], returns=[{**entry, "figures": {"victims": [-1, "C2"]}}])]),
        "text": "\n".join([header, spoilt(lines[0], returns=[{**entry, "year": "2025"}])]),
        "extra": "\n".join([header, spoilt(lines[0], victim="Mai")]),
        "binary": "\x00\xff",
        "newer": '{"schema": "gbv-kpi/ledger/2"}',
    }[fault]
    file, target = tmp_path / "ledger.jsonl", str(tmp_path / "other.db")
    file.write_text(content, "utf-8")
    ran = run("import", str(file), "--ledger", target)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "Mai" not in ran.err
    assert not Path(target).exists()


def test_an_export_acts_on_no_terminal(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    file = write_csv(tmp_path / "a\u202e\x9bb.csv", plan, of_2025())
    hand_in(place, plan, noon, file)
    out = run("export", "--ledger", place).out
    assert out.replace("\n", "").isprintable()
    assert json.loads(out.splitlines()[1])["file"] == file


@pytest.fixture
def corrected(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> str:
    """All of 2025, and a second file that repeats six units and corrects one."""
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025()))
    later = write_csv(tmp_path / "b.csv", plan, of_2025({"372": well_but(schools=21)}))
    hand_in(place, plan, noon + timedelta(days=1), later)
    return place


def change(place: str, statement: str) -> None:
    with open_ledger(place) as ledger, ledger.writing() as connection:
        connection.execute(text(statement))


def test_a_whole_ledger_is_told_as_that(corrected: str) -> None:
    ran = run("ledger", "check", "--ledger", corrected)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("2 files, 8 returns.\nEverything that can be compared matches what was recorded.\n")
    found = json.loads(run("ledger", "check", "--format", "json", "--ledger", corrected).out)
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
def test_a_return_that_was_changed_is_told_by_every_command(corrected: str, statement: str) -> None:
    if "://" in corrected:
        statement = statement.replace("replace(CAST(figures AS TEXT), '[20,', '[19,')", '\'{"schools": [19, "B2"]}\'')
    change(corrected, statement)
    for command in (("history",), ("trend",), ("export",)):
        expect_one_line(
            run(*command, "--ledger", corrected), "damaged", "revision 2 of Huyện", "differs from what was recorded"
        )
    ran = run("ledger", "check", "--ledger", corrected)
    assert ran.code == 2
    assert "Damaged: revision 2 of Huyện" in ran.out


def test_publication_that_was_changed_is_damage_to_ledger_check(corrected: str) -> None:
    assert run("report", "--year", "2025", "--publish", "--register", "--ledger", corrected).code in (0, 1)
    assert run("ledger", "check", "--ledger", corrected).code == 0
    change(
        corrected,
        """UPDATE gbv_kpi_publication SET content = '{"min_count": 9, "indicators": {}, "told": []}'""",
    )
    expect_one_line(run("ledger", "check", "--ledger", corrected), "damaged", "one of its publications cannot be read")


def test_a_revision_that_is_missing_is_told(corrected: str) -> None:
    change(corrected, "DELETE FROM gbv_kpi_return WHERE unit_code = '372' AND revision = 1")
    expect_one_line(run("report", "--year", "2025", "--ledger", corrected), "damaged", "revision")
    ran = run("ledger", "check", "--ledger", corrected)
    assert ran.code == 2
    assert "revision 1 of Huyện Nho Quan, 2025, is missing" in ran.out


def test_a_return_that_was_deleted_is_told_by_the_hash_of_its_file(corrected: str) -> None:
    change(corrected, "DELETE FROM gbv_kpi_return WHERE unit_code = '377'")
    ran = run("ledger", "check", "--ledger", corrected)
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
