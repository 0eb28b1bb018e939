"""What stops us: raised deep, caught once at the command line, one line on stderr, exit code 2.

GbvKpiError
├── UsageError      the call asks for something that cannot be done
├── PlanError       a plan file is missing, unreadable or contradicts itself
├── SourceError     a file or folder that was named cannot be opened
├── LedgerError     the ledger is missing (NoLedgerError), unusable, or does not take what it is given
└── OutputError     the result cannot be written where it was asked for

What is wrong with a *return* is no exception but a value: see `gbv_kpi.problems`.
"""

from gbv_kpi.i18n import ENGLISH, Phrase


class GbvKpiError(Exception):
    """We cannot go on; `phrase` says why in the officer's words."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase

    def __str__(self) -> str:
        return ENGLISH.say(self.phrase)


class UsageError(GbvKpiError):
    """The call asks for something that cannot be done."""


class PlanError(GbvKpiError):
    """A plan file is missing, unreadable or contradicts itself."""


class SourceError(GbvKpiError):
    """A file or folder that was named cannot be opened."""


class LedgerError(GbvKpiError):
    """The ledger is missing, unusable, or does not take what it is given."""


class NoLedgerError(LedgerError):
    """There is no ledger yet at the place that was named."""


class OutputError(GbvKpiError):
    """The result cannot be written where it was asked for."""
