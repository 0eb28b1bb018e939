"""What is wrong with a return, as values: collected, never raised, all told at once.

`CATALOGUE` names every code there is, how grave it is and its usual remedy. The sentence of a
problem is written where the check stands; whoever reads a check reads its message beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from gbv_kpi.language import Phrase, phrase

__all__ = ["CATALOGUE", "Place", "Problem", "ProblemKind", "Severity", "has_errors"]


class Severity(StrEnum):
    """How grave a problem is."""

    ERROR = "error"  # the return counts in no finding
    WARNING = "warning"  # something was read in a way the officer should confirm


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem stands: `sheet`, `cell` (A1 style) and `row` are None where they do not apply."""

    file: str
    sheet: str | None = None
    cell: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a return: where it stands, what was found, how to mend it."""

    code: str
    place: Place
    message: Phrase
    remedy: Phrase | None = None  # None: the usual one of the code
    unit: str | None = None  # the unit's code
    unit_name: str | None = None
    year: int | None = None
    field: str | None = None
    value: str | None = None  # as found; never a value of a personal-data column

    @property
    def severity(self) -> Severity:
        return CATALOGUE[self.code].severity

    @property
    def hint(self) -> Phrase:
        return self.remedy or CATALOGUE[self.code].remedy

    def of(self, unit: str | None, unit_name: str | None, year: int | None) -> "Problem":
        """The same problem, told of a unit and a year."""
        return replace(self, unit=unit, unit_name=unit_name, year=year)

    def in_file(self, name: str) -> "Problem":
        """The same problem, told of the file under another name."""
        return replace(self, place=replace(self.place, file=name))


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What all problems of one code have in common."""

    severity: Severity
    remedy: Phrase


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _errors(remedies: Mapping[str, Phrase]) -> dict[str, ProblemKind]:
    return {code: ProblemKind(Severity.ERROR, remedy) for code, remedy in remedies.items()}


def _warnings(remedies: Mapping[str, Phrase]) -> dict[str, ProblemKind]:
    return {code: ProblemKind(Severity.WARNING, remedy) for code, remedy in remedies.items()}


_FILE = {
    "unreadable-file": phrase("Open it in Excel or LibreOffice, save it again as .xlsx and send that."),
    "encrypted-workbook": phrase("Open it with its password, save it without one and send that."),
    "unsupported-format": phrase("Send the return as .xlsx, .xls, .ods or .csv."),
    "oversized-file": phrase("Delete empty rows, columns and pictures far from the table, save and send again."),
    "no-table-found": phrase("Use the column headings of the plan's return, one row for each unit or one item a row."),
    "legacy-encoding": phrase("Convert the text to Unicode (for example with UniKey, Ctrl+Shift+F6) and send again."),
    "undecodable-text": phrase("Save the file as “CSV UTF-8” or as .xlsx and send that."),
}
_COLUMNS = {
    "missing-column": phrase("Add the column under the plan's heading, and fill it."),
    "duplicate-column": phrase("Keep one of the two columns."),
    "personal-data-column": phrase("Delete this column from the file before sending it: a return holds counts only."),
}
_CELLS = {
    "missing-value": phrase("Write the number; write 0 only if there was none."),
    "not-a-number": phrase("Write a whole number in digits."),
    "not-a-whole-number": phrase("Write a whole number, without a fraction."),
    "number-too-large": phrase("Check the number: no province counts that many."),
    "negative-number": phrase("Write a number of 0 or more."),
    "formula-without-value": phrase(
        "Open the workbook in Excel or LibreOffice, let it calculate, save and send again."
    ),
    "formula-error": phrase("Mend the formula, or write the number itself."),
}
_ROWS = {
    "unknown-unit": phrase("Write the unit's name as the plan has it, or its code."),
    "missing-unit": phrase("Write the unit's name in this row, or above the table: “Đơn vị báo cáo: …”."),
    "conflicting-unit": phrase("Correct the one that is wrong."),
    "missing-year": phrase("Write the year above the table (“Năm 2025”) or in a column, or give --year."),
    "conflicting-year": phrase("Correct the one that is wrong; --year is only for a file that names no year."),
    "year-outside-plan": phrase("Correct the year."),
    "duplicate-return": phrase("Keep one return for each unit and year, and send only that."),
    "part-exceeds-total": phrase("Correct one of the two; the first is part of the second."),
}
_WARNINGS = {
    "unknown-column": phrase("If the plan asks for it, use the plan's heading; otherwise nothing need be done."),
    "sheet-not-read": phrase("If the sheet belongs to the return, use the plan's headings there too."),
    "hidden-sheet": phrase("If the sheet belongs to the return, unhide it and send again."),
    "grouped-number": phrase("Write the number without separators."),
    "dash-read-as-zero": phrase("Write 0 if there was none; leave the cell blank if the number is not known."),
    "merged-unit": phrase("Report on the unit that exists in that year."),
    "total-mismatch": phrase("Check the column: a row is missing, counted twice or mistyped."),
    "help-forms-below-total": phrase("Check the forms of help: every case helped got at least one."),
    "unusual-change": phrase("Ask the unit whether the figure is right; if it is, nothing need be done."),
    "late-return": phrase("Nothing need be done about the figures; remind the unit of next year's deadline."),
}

CATALOGUE: Mapping[str, ProblemKind] = {**_errors(_FILE | _COLUMNS | _CELLS | _ROWS), **_warnings(_WARNINGS)}
