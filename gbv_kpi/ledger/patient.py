"""Connect to PostgreSQL, and give up on a server that does not answer."""

import time
from collections.abc import Generator
from typing import Any

from psycopg import Connection, OperationalError

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60  # for one statement: a country's returns take a few seconds

CONNECT_ARGUMENTS = {
    "connect_timeout": CONNECT_SECONDS,
    "client_encoding": "utf8",  # whatever the default of the server is
}


class NoAnswerError(OperationalError):
    """A reachable server does not answer."""


class PatientConnection(Connection[Any]):
    """A connection that closes if the server is silent for `seconds`; keepalives do not notice a frozen process."""

    seconds = ANSWER_SECONDS

    def wait(self, gen: Generator[Any, Any, Any], *arguments: Any, **options: Any) -> Any:
        return super().wait(self._steps_until_deadline(gen), *arguments, **options)

    def _steps_until_deadline(self, steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Pass on what `steps` wait for; psycopg sends 0 every 0.1 s while nothing has arrived."""
        deadline, ready = time.monotonic() + self.seconds, None
        while True:
            try:
                awaited = steps.send(ready)
            except StopIteration as end:
                return end.value
            while not (ready := (yield awaited)):
                if time.monotonic() > deadline:
                    self.close()
                    raise NoAnswerError
