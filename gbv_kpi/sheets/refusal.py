"""Why a file is not read: raised by whichever reader notices, made a problem in `sheets.open`."""

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.problems import Place, Problem


class Refusal(Exception):  # noqa: N818 - it is what a reader answers, no error of the program
    """A file that is not read, with the code of its problem, what was found and what to do."""

    def __init__(self, code: str, message: Phrase, remedy: Phrase | None = None) -> None:
        super().__init__(code)
        self.code, self.message, self.remedy = code, message, remedy


def oversized() -> Refusal:
    message = phrase("The file is far larger than its table: it cannot be opened safely.")
    return Refusal("oversized-file", message)


def damaged() -> Refusal:
    return Refusal("unreadable-file", phrase("The workbook is damaged or incomplete."))


def encrypted() -> Refusal:
    return Refusal("encrypted-workbook", phrase("The workbook is protected with a password."))


def unsupported(message: Phrase, remedy: Phrase | None = None) -> Refusal:
    return Refusal("unsupported-format", message, remedy)


def packed() -> Refusal:
    return unsupported(phrase("This is an archive of other files."), phrase("Unpack it and send the returns in it."))


def word() -> Refusal:
    return unsupported(phrase("This is a text document (Word), from which no figures are read."))


def is_fault(error: BaseException) -> bool:
    """Return whether something raised is about the file that is read; a panic is how calamine's own code fails."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def problem_of(error: BaseException, place: Place) -> Problem:
    """Return the problem for whatever a reader raised: a refusal, or what a library stumbles over in a damaged file."""
    if isinstance(error, MemoryError | OverflowError):
        error = oversized()
    reason = error if isinstance(error, Refusal) else damaged()
    return Problem(reason.code, place, reason.message, reason.remedy)
