"""Connect to PostgreSQL, and give up on a server that does not answer."""

import socket
from threading import Event, Timer
from typing import Any

from psycopg import Connection, OperationalError

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60  # for one statement: a country's returns take a few seconds

CONNECT_ARGUMENTS = {
    "connect_timeout": CONNECT_SECONDS,
    "client_encoding": "utf8",  # whatever the default of the server is
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": ANSWER_SECONDS * 1000,
}


class NoAnswerError(OperationalError):
    """A reachable server does not answer."""


class PatientConnection(Connection[Any]):
    """A connection that closes if the server is silent for `seconds`; keepalives do not notice a frozen process."""

    seconds = ANSWER_SECONDS

    def wait(self, *arguments: Any, **options: Any) -> Any:
        given_up = Event()

        def give_up() -> None:
            given_up.set()
            with socket.socket(fileno=socket.dup(self.fileno())) as duplicate:
                duplicate.shutdown(socket.SHUT_RDWR)

        timer = Timer(self.seconds, give_up)
        timer.daemon = True
        timer.start()
        try:
            return super().wait(*arguments, **options)
        except OperationalError as error:
            if given_up.is_set():
                raise NoAnswerError from error
            raise
        finally:
            timer.cancel()
