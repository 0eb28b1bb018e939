"""Define the reasons to refuse a file: readers raise them, `sheets.open` makes them problems."""

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.problems import Place, Problem

REPORT_MARK = "gbv-kpi report"  # the category of a workbook or document that is a report, not a return


class Refusal(Exception):  # noqa: N818 - a result of reading, not an error of the program
    """A file that is not read, with the code of its problem, what was found and what to do."""

    def __init__(self, code: str, message: Phrase, remedy: Phrase | None = None) -> None:
        super().__init__(code)
        self.code, self.message, self.remedy = code, message, remedy


OVERSIZED = "oversized-file", phrase("The file is far larger than its table: it cannot be opened safely.")
DAMAGED = "unreadable-file", phrase("The workbook is damaged or incomplete.")
ENCRYPTED = "encrypted-workbook", phrase("The workbook is protected with a password.")
NOT_A_SPREADSHEET = "unsupported-format", phrase("This is not a spreadsheet, whatever its name.")
TEXT_DOCUMENT = "unsupported-format", phrase("This is a text document (Word), from which no figures are read.")


def is_fault(error: BaseException) -> bool:
    """Return whether an exception is about the file that is read; calamine panics on some damaged files."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def problem_of(error: BaseException, place: Place) -> Problem:
    """Return the problem for an exception of a reader: a refusal, or an error of a library in a damaged file."""
    if isinstance(error, MemoryError | OverflowError):
        error = Refusal(*OVERSIZED)
    reason = error if isinstance(error, Refusal) else Refusal(*DAMAGED)
    return Problem(reason.code, place, reason.message, reason.remedy)
