"""A connection to PostgreSQL that gives up a server which does not answer."""

import socket
from threading import Timer
from typing import Any

from psycopg import Connection, OperationalError

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60  # for one statement: a country's returns take a few seconds

CONNECT_ARGUMENTS = {
    "connect_timeout": CONNECT_SECONDS,
    "client_encoding": "utf8",  # whatever the server prefers for its users
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": ANSWER_SECONDS * 1000,
}


class NoAnswerError(OperationalError):
    """The server is there and does not answer."""


class PatientConnection(Connection[Any]):
    """Ends itself when the server has not answered for `seconds`: a frozen one still acknowledges what is sent."""

    seconds = ANSWER_SECONDS

    def wait(self, *arguments: Any, **options: Any) -> Any:
        given_up: list[bool] = []

        def give_up() -> None:
            given_up.append(True)
            with socket.socket(fileno=socket.dup(self.fileno())) as own:
                own.shutdown(socket.SHUT_RDWR)

        timer = Timer(self.seconds, give_up)
        timer.daemon = True
        timer.start()
        try:
            return super().wait(*arguments, **options)
        except OperationalError as error:
            if given_up:
                raise NoAnswerError from error
            raise
        finally:
            timer.cancel()
