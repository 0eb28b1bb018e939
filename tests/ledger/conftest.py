import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ledger.server import fresh_database, postgresql, short_folder


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
