"""An inbox sorted into accepted and refused files; killed at any moment, the next run finishes it."""

import json
import os
import random
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gbv_kpi.cli import sorting
from gbv_kpi.plan import Plan
from tests.cli.kill_sorting import kill_rounds
from tests.command import WELL, Ran, Row, run, well_but, write_csv


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def put(inbox: Path, plan: Plan, name: str, *rows: Row) -> bytes:
    return Path(write_csv(inbox / name, plan, rows)).read_bytes()


def sort(inbox: Path, *more: str) -> Ran:
    folder = inbox.parent
    places = ("--sort-into", str(folder / "sorted"), "--ledger", str(folder / "ledger.db"))
    return run("submit", str(inbox), *places, *more)


def files(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return sorted(path.relative_to(folder).as_posix() for path in found)


def test_files_are_moved_by_year_and_verdict(inbox: Path, plan: Plan) -> None:
    good = put(inbox, plan, "a.csv", ("372", 2025, WELL))
    put(inbox, plan, "b.csv", ("372", 2024, WELL), ("373", 2023, WELL))
    bad = put(inbox, plan, "xấu.csv", ("373", 2025, well_but(victims_seeking_help=31)))
    ran = sort(inbox, "--format", "json")
    assert (ran.code, [one["state"] for one in json.loads(ran.out)["files"]]) == (
        3,
        ["recorded", "recorded", "refused"],
    )
    place = inbox.parent / "sorted"
    assert files(inbox) == []
    assert files(place) == [
        "accepted/2023-2024/b.csv",
        "accepted/2025/a.csv",
        "refused/xấu.csv",
        "refused/xấu.csv.marked.xlsx",
        "refused/xấu.csv.reply.md",
    ]
    assert (place / "accepted/2025/a.csv").read_bytes() == good
    assert (place / "refused/xấu.csv").read_bytes() == bad
    reply = (place / "refused/xấu.csv.reply.md").read_text("utf-8")
    assert "D2 (Huyện Gia Viễn, 2025)" in reply
    assert "chưa được ghi" in reply  # in Vietnamese, whatever the locale
    assert len(load_workbook(place / "refused/xấu.csv.marked.xlsx").worksheets) == 2


def test_cron_speaks_once_of_a_refused_file_and_not_of_an_empty_inbox(inbox: Path, plan: Plan) -> None:
    put(inbox, plan, "a.csv", ("373", 2025, well_but(victims_seeking_help=31)))
    assert (sort(inbox, "--quiet").code, sort(inbox, "--quiet")) == (3, Ran(0, "", ""))


def test_nothing_is_overwritten_by_a_file_of_the_same_name(inbox: Path, plan: Plan) -> None:
    contents = []
    for victims in (10, 11, 12):
        contents.append(put(inbox, plan, "a.csv", ("372", 2025, well_but(victims=victims))))
        assert sort(inbox).code == 0
    (inbox / "a.csv").write_bytes(contents[1])  # the same again
    assert sort(inbox).code == 0
    place = inbox.parent / "sorted/accepted/2025"
    assert files(place) == ["a (2).csv", "a (3).csv", "a.csv"]
    assert [(place / name).read_bytes() for name in ("a.csv", "a (2).csv", "a (3).csv")] == contents


def test_two_files_of_one_name_in_one_call_get_a_place_each(inbox: Path, plan: Plan) -> None:
    for number, unit in enumerate(("372", "373")):
        (inbox / str(number)).mkdir()
        put(inbox / str(number), plan, "a.csv", (unit, 2025, well_but(victims=10 + number)))
    assert sort(inbox).code == 0
    assert files(inbox.parent / "sorted") == ["accepted/2025/a (2).csv", "accepted/2025/a.csv"]


def test_copy_in_the_same_inbox_goes_where_its_file_goes(inbox: Path, plan: Plan) -> None:
    """It was called blank, and its sender was told that no figure is filled in."""
    (inbox / "b.csv").write_bytes(put(inbox, plan, "a.csv", ("372", 2025, WELL)))
    (inbox / "d.csv").write_bytes(put(inbox, plan, "c.csv", ("373", 2025, well_but(victims_seeking_help=31))))
    ran = sort(inbox, "--format", "json")
    states = [one["state"] for one in json.loads(ran.out)["files"]]
    assert (ran.code, states) == (3, ["recorded", "unchanged", "refused", "refused"])
    found = files(inbox.parent / "sorted")
    assert [name for name in found if name.endswith(".csv")] == [
        "accepted/2025/a.csv",
        "accepted/2025/b.csv",
        "refused/c.csv",
        "refused/d.csv",
    ]


def test_file_that_changes_while_it_is_recorded_stays(inbox: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    put(inbox, plan, "a.csv", ("372", 2025, WELL))

    def replaced(*arguments: object) -> None:
        put(inbox, plan, "a.csv", ("372", 2025, well_but(victims=12)))
        usual(*arguments)

    usual = vars(sorting)["sort_files"]
    monkeypatch.setattr(sorting, "sort_files", replaced)
    assert sort(inbox).code == 0
    assert (files(inbox), files(inbox.parent / "sorted")) == (["a.csv"], [])
    monkeypatch.undo()
    monkeypatch.setenv("GBV_KPI_CONFIG", "")
    assert sort(inbox).code == 0
    assert files(inbox) == []


@pytest.mark.parametrize("content", ["", "[[1]]", "{"])
def test_damaged_list_of_moves_is_named_and_may_be_deleted(inbox: Path, plan: Plan, content: str) -> None:
    put(inbox, plan, "a.csv", ("372", 2025, WELL))
    moves = inbox.parent / "sorted" / sorting.JOURNAL
    moves.parent.mkdir()
    moves.write_text(content)
    ran = sort(inbox)
    assert (ran.code, files(inbox)) == (2, ["a.csv"])
    assert f"{moves} is damaged: delete it" in " ".join(ran.err.split())
    moves.unlink()
    assert sort(inbox).code == 0
    assert files(inbox.parent / "sorted") == ["accepted/2025/a.csv"]


def test_folder_within_the_inbox_is_refused(inbox: Path, plan: Plan) -> None:
    put(inbox, plan, "a.csv", ("372", 2025, WELL))
    ran = run("submit", str(inbox), "--sort-into", str(inbox / "sorted"), "--ledger", str(inbox.parent / "l.db"))
    assert ran.code == 2
    assert "inside the inbox" in ran.err
    ran = sort(inbox, "--dry-run")
    assert (ran.code, files(inbox)) == (2, ["a.csv"])


def test_contradicting_files_are_both_refused_though_killed_between(
    inbox: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    for victims in (10, 11):
        put(inbox, plan, f"{victims}.csv", ("372", 2025, well_but(victims=victims)))
    moved: list[object] = []

    def killed(*arguments: object) -> None:
        if moved:
            raise KeyboardInterrupt
        moved.append(arguments)
        usual(*arguments)

    usual = vars(sorting)["_move"]
    with monkeypatch.context() as patched:
        patched.setattr(sorting, "_move", killed)
        assert sort(inbox).code not in (0, 3)
    assert files(inbox) == ["11.csv"]
    assert sort(inbox).code == 0
    refused = [name for name in files(inbox.parent / "sorted") if name.endswith("csv")]
    assert refused == ["refused/10.csv", "refused/11.csv"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_kills_lose_nothing_and_repeat_nothing(tmp_path: Path, plan: Plan) -> None:
    outcome = kill_rounds(12, tmp_path, plan, random.Random(12))
    assert outcome["killed"] == 12


def test_trace_names_the_place_that_a_sorted_file_was_moved_to(inbox: Path, plan: Plan) -> None:
    put(inbox, plan, "a.csv", ("372", 2025, WELL))
    sort(inbox)
    ledger, copy = inbox.parent / "ledger.db", inbox.parent / "copy.db"
    export = inbox.parent / "ledger.jsonl"
    assert run("export", "--ledger", str(ledger), "--output", str(export)).code == 0
    assert run("import", str(export), "--ledger", str(copy)).code == 0
    for place in (ledger, copy):
        ran = run("trace", "training", "--year", "2025", "--ledger", str(place), "--format", "json")
        (count, *_) = json.loads(ran.out)["numerator"]
        assert count["file"] == str(inbox / "a.csv")
        assert count["path"] == str(inbox.parent / "sorted/accepted/2025/a.csv")
        assert Path(count["path"]).is_file()
