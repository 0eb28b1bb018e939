import gc
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from gbv_kpi.plan import Plan, load_plan
from tests.ledger.server import fresh_database, postgresql, short_folder

# No deadline, for the machine may be busy; `poe slow` runs the thorough profile.
settings.register_profile("quick", deadline=None, max_examples=10)
settings.register_profile("thorough", deadline=None, max_examples=200)
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Write the golden files anew, then read the diff.")


@pytest.hookimpl(tryfirst=True)  # before pytest deselects what is slow
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow the cases that `quick` leaves out, and `program` every test that asks a real PostgreSQL."""
    cases: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker("program")
        if item.get_closest_marker("quick") and not item.get_closest_marker("slow"):
            cases[item.nodeid.partition("[")[0]].append(item)
    for of_one_test in cases.values():
        marker = of_one_test[0].get_closest_marker("quick")
        assert marker
        chosen = of_one_test[:: -(-len(of_one_test) // marker.args[0])]
        for item in of_one_test:
            if item not in chosen:
                item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Spare the collector what was collected: a fifth of the processor time (26 Nov 2026), most of it in children."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """English, no colour asked for or against, whatever the developer's shell says."""
    for name in os.environ:
        if name.startswith(("GBV_KPI_", "LC_")) or name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LANGUAGE"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("GBV_KPI_CONFIG", "")  # none is looked for
    monkeypatch.setenv("GBV_KPI_LEDGER", str(Path(os.sep, "no-such-folder", "ledger.db")))  # never the developer's own


@pytest.fixture(scope="session")
def plan() -> Plan:
    return load_plan()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file in `golden/` beside the test, or write that file with --update-golden."""

    def compare(name: str, text: str) -> None:
        file = request.path.parent / "golden" / f"{name}.txt"
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        assert file.is_file(), f"{file} is missing: pytest --update-golden writes it"
        assert text == file.read_text("utf-8"), f"{file.name} differs: pytest --update-golden, then read the diff"

    return compare


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    if sys.platform == "win32":
        pytest.skip("no PostgreSQL comes with a package here")
    folder = short_folder()
    with postgresql(Path(folder)) as address:
        yield address
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return str(tmp_path / "sổ cái #1 100%.db")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest) -> str:
    """A ledger that is not there yet, on either database; `test_server` and `test_story` ask both by default."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite"))
    return fresh_database(request.getfixturevalue("server"))


@pytest.fixture
def noon() -> datetime:
    return datetime(2025, 12, 1, 12, tzinfo=UTC)
