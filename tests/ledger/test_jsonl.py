"""Out of one ledger and into another: nothing lost, nothing twice, and all of it or nothing."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gbv_kpi.plan import Plan
from tests.command import of_2025, run, well_but, write_csv
from tests.ledger.inbox import hand_in, held
from tests.ledger.server import fresh_database


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
