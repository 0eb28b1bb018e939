"""An office's year, told once on each database: five years handed in, a correction, and every question after it."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gbv_kpi.plan import Plan
from tests.command import Ran, run, write_csv
from tests.ledger.inbox import hand_in
from tests.ledger.server import fresh_database
from tests.ledger.test_query import EXAMPLES, YEARS
from tests.make_examples import rows_of

QUESTIONS = [
    *(("report", "--year", year) for year in YEARS),
    ("report", "--year", "2025", "--as-of", "2025-12-05"),
    ("status", "--year", "2025"),
    ("history",),
    ("history", "--unit", "Huyện Yên Mô", "--year", "2025"),
    ("trace", "education", "--unit", "Huyện Yên Mô", "--year", "2025"),
    ("trace", "education", "--unit", "Huyện Yên Mô", "--year", "2025", "--as-of", "2025-12-05"),
    ("trace", "training", "--year", "2024"),
    ("trend",),
]


def told(place: str, plan: Plan, folder: Path, at: datetime) -> None:
    """All returns of five years on one day, and ten days later Yên Mô's with its last school."""
    files = sorted(str(file) for year in YEARS for file in (EXAMPLES / year).iterdir())
    assert hand_in(place, plan, at, *files).exit_code == 0
    figures = dict(dict(rows_of(2025))["Huyện Yên Mô"])
    figures["schools_integrating"] = figures["schools"]
    corrected = write_csv(folder / "yen-mo.csv", plan, [("Huyện Yên Mô", 2025, figures)])
    (file,) = hand_in(place, plan, at + timedelta(days=10), corrected).files
    assert [(one.entry.revision, len(one.changes)) for one in file.revised] == [(2, 1)]


def answer(place: str, *question: str) -> Ran:
    return run(*question, "--ledger", place, "--format", "json")


@pytest.fixture(scope="module")
def sqlite_and_postgresql(plan: Plan, server: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("story")
    places = str(folder / "ledger.db"), fresh_database(server)
    for place in places:
        told(place, plan, folder, datetime.fromisoformat("2025-12-01T12:00Z"))
    return places


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_both_databases_give_the_same_answer(sqlite_and_postgresql: tuple[str, str], question: tuple[str, ...]) -> None:
    on_sqlite, on_postgresql = (answer(place, *question) for place in sqlite_and_postgresql)
    assert on_sqlite.out
    assert on_sqlite == on_postgresql


@pytest.mark.slow
@pytest.mark.parametrize("tag", ["en", "vi"])
def test_both_databases_give_the_same_tables(sqlite_and_postgresql: tuple[str, str], tag: str) -> None:
    for question in QUESTIONS:
        first, second = (run(*question, "--ledger", place, "--lang", tag) for place in sqlite_and_postgresql)
        assert first == second
        assert first.out


def test_correction_decides_the_province_and_the_day_before_is_unchanged(
    sqlite_and_postgresql: tuple[str, str],
) -> None:
    place, _ = sqlite_and_postgresql
    now, then = (answer(place, "report", "--year", "2025", *more) for more in ((), ("--as-of", "2025-12-05")))
    assert (now.code, then.code) == (0, 1)
    province = [
        next(f for f in json.loads(ran.out)["findings"] if (f["indicator"], f["unit"]) == ("education", None))
        for ran in (now, then)
    ]
    assert [(f["numerator"], f["denominator"], f["status"]) for f in province] == [
        (531, 531, "met"),
        (530, 531, "missed"),
    ]
    (first, second) = json.loads(answer(place, *QUESTIONS[8]).out)["revisions"]
    assert (first["changes"], second["changes"]) == ([], [{"field": "schools_integrating", "old": 58, "new": 59}])
    now, then = (json.loads(answer(place, *question).out)["numerator"][0] for question in QUESTIONS[9:11])
    assert [(count["value"], count["revision"], count["cell"]) for count in (then, now)] == [
        (58, 1, "L4"),
        (59, 2, "L2"),
    ]
