"""Define the errors that end a run: caught once at the command line, one line on stderr, exit code 2.

Problems of a *return* are not exceptions but values: see `gbv_kpi.problems`.
"""

import errno
from pathlib import Path

import tomli

from gbv_kpi.i18n import ENGLISH, Detail, Phrase, phrase

REASONS = tomli.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))  # now: later no file may be opened


class GbvKpiError(Exception):
    """The run cannot go on; `phrase` says why in the officer's words: a wording with its details, or made before."""

    def __init__(self, wording: str | Phrase, /, **details: Detail) -> None:
        self.phrase = wording if isinstance(wording, Phrase) else Phrase(wording, details)
        super().__init__(self.phrase)

    def __str__(self) -> str:
        return ENGLISH.say(self.phrase)


class UsageError(GbvKpiError):
    """The call asks for something that cannot be done."""


class PlanError(GbvKpiError):
    """A plan file is missing, unreadable or contradicts itself."""


class SourceError(GbvKpiError):
    """A file or folder that was named cannot be opened."""


class LedgerError(GbvKpiError):
    """The ledger is missing, unusable, or refuses new data."""


class NoLedgerError(LedgerError):
    """The named ledger does not exist yet."""


class OutputError(GbvKpiError):
    """The result cannot be written where it was asked for."""


def system_reason(error: BaseException) -> Phrase:
    """Return why the system refused something, in the officer's words and not in the system's."""
    is_loop = isinstance(error, RuntimeError)  # pathlib raises it for a loop of links
    code = "ELOOP" if is_loop else errno.errorcode.get(getattr(error, "errno", None) or 0, type(error).__name__)
    return Phrase(REASONS[code]) if code in REASONS else phrase("the system reports {code}", code=code)
