"""What is told of figures that are not read: which cells claim one place, and which words are in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from gbv_kpi.i18n import phrase
from gbv_kpi.plan import ReturnField
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.labels import Kind
from gbv_kpi.sheets.sheet import cell_address

SHOWN_LENGTH = 80  # characters of a heading that are quoted back
SHOWN_HEADINGS = 6


@dataclass(frozen=True, slots=True)
class Seen:
    """A figure of a field, or of a whole column, that has other meanings than the result of the year."""

    row: int
    column: int
    heading: str
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """The file and sheet that problems are told of."""

    file: str
    sheet: str | None

    def at(self, row: int, column: int | None = None) -> Place:
        if row < 0:
            return Place(self.file, self.sheet)
        return Place(
            self.file, self.sheet, None if column is None or column < 0 else cell_address(row, column), row + 1
        )


def shortened(found: str) -> str:
    return found if len(found) <= SHOWN_LENGTH else found[: SHOWN_LENGTH - 1] + "…"


def quoted(headings: Sequence[str]) -> str:
    """Return several headings in quotation marks, the first few of many."""
    different = list(dict.fromkeys(shortened(heading) for heading in headings if heading))
    shown = ", ".join(f"“{heading}”" for heading in different[:SHOWN_HEADINGS])
    return shown + (", …" if len(different) > SHOWN_HEADINGS else "")


def ambiguous(spot: Spot, field: ReturnField | None, cells: Sequence[tuple[int, int, str]]) -> Problem:
    """Return the problem of several figures that claim one place; each cell with its headings."""
    named = ", ".join(
        f"{cell_address(row, column)} “{shortened(heading)}”" if heading else cell_address(row, column)
        for row, column, heading in cells[:SHOWN_HEADINGS]
    )
    row, column, _ = cells[-1]
    if field is None:
        message = phrase("Several columns may hold the figures of the year, and none was read: {cells}.", cells=named)
        return Problem("ambiguous-figure", spot.at(row, column), message)
    message = phrase("{field}: several cells may hold it, and none was read: {cells}.", field=field.label, cells=named)
    return Problem("ambiguous-figure", spot.at(row, column), message, field=field.id)


def repeated(spot: Spot, field: ReturnField, row: int, column: int, heading: str) -> Problem:
    message = phrase("{field} stands here a second time.", field=field.label)
    return Problem("duplicate-column", spot.at(row, column), message, field=field.id, value=shortened(heading))


def missing(spot: Spot, row: int, field: ReturnField, seen: Sequence[Seen], unknown: Sequence[str]) -> Problem:
    """Return the problem of a field without a column or an item; with what is there in its place."""
    if seen:
        place = spot.at(seen[0].row, seen[0].column)
        return not_whole(place, seen, field)
    close = get_close_matches(field.label.vi, [heading for heading in unknown if heading], n=1, cutoff=0.7)
    message = phrase("Nothing is headed “{label}”.", label=field.label)
    if close:
        message = phrase("Nothing is headed “{label}”; “{found}” may be meant.", label=field.label, found=close[0])
    return Problem("missing-column", spot.at(row), message, field=field.id)


def not_whole(place: Place, seen: Sequence[Seen], field: ReturnField | None = None) -> Problem:
    """Return the problem of figures that are parts, targets or other years only; nothing is added up."""
    kinds = {kind for one in seen for kind in one.kinds}
    found = quoted([one.heading for one in seen])
    name = field.id if field else None
    if kinds == {Kind.PART_OF_YEAR}:
        message = phrase("{found} is a part of the year, not the whole year.", found=found)
        return Problem("part-of-year", place, message, field=name)
    if field:
        message = phrase("{field}: there is only {found}, and that was not read.", field=field.label, found=found)
    else:
        message = phrase("There are only the columns {found}, and none was read.", found=found)
    remedy = None
    if kinds == {Kind.PART} and len(seen) > 1:
        remedy = phrase("Add the total beside the parts: nothing is added up here.")
    elif Kind.UNEXPLAINED in kinds:
        remedy = phrase("Use the words of the plan, or “Thực hiện” over the figures of the year.")
    return Problem("missing-column", place, message, remedy, field=name)


def not_read(spot: Spot, row: int, column: int, heading: str) -> Problem:
    """Return the warning of figures that mean nothing to the plan."""
    if not heading:
        message = phrase("There are figures without a heading here; they were not read.")
        return Problem("unknown-column", spot.at(row, column), message)
    found = shortened(heading)
    message = phrase("“{found}” is nothing the plan asks for; it was not read.", found=found)
    return Problem("unknown-column", spot.at(row, column), message, value=found)


def other_year(spot: Spot, row: int, column: int, heading: str, year: int) -> Problem:
    message = phrase("This column is of {year}, another year than the title's; it was not read.", year=str(year))
    return Problem("other-year-column", spot.at(row, column), message, year=year, value=shortened(heading))


def qualified(spot: Spot, row: int, column: int, text: str, kind: Kind) -> Problem:
    """Return the problem of a line that says of all figures below that they are not the result of the year."""
    place, found = spot.at(row, column), shortened(text)
    if kind is Kind.PART_OF_YEAR:
        message = phrase("“{found}” is a part of the year; the figures were not read as those of a year.", found=found)
        return Problem("part-of-year", place, message, value=found)
    if kind is Kind.ESTIMATE:
        message = phrase("“{found}”: the figures are estimates; they were read and count.", found=found)
        return Problem("estimated-figure", place, message, value=found)
    message = phrase("“{found}”: the figures are not the result of the year, and were not read.", found=found)
    return Problem("not-the-result", place, message, value=found)
