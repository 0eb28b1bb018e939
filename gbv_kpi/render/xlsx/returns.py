"""The sheet that all others rest on: the units down, the fields across, every count as it was reported."""

from xlsxwriter.utility import xl_range

from gbv_kpi.i18n import Bilingual, Phrase, phrase
from gbv_kpi.kpi.finding import Status
from gbv_kpi.render.xlsx.book import GRID, Book
from gbv_kpi.render.xlsx.lines import FIRST_UNIT, HEAD, HEADINGS, PROVINCE, Year
from gbv_kpi.render.xlsx.page import Page

CODE_WIDTH, NAME_WIDTH, COUNT_WIDTH = 8.0, 27.0, 14.0


class ReturnsPage:
    """The returns, and where each count stands; an optional field that no unit gave has none."""

    def __init__(self, page: Page, year: Year) -> None:
        self._page = page
        self._year = year
        judged = {
            field for indicator in year.plan.indicators for field in (*indicator.numerator, *indicator.denominator)
        }
        self._fields = [
            field for field in year.plan.fields if not field.optional or field.id in judged or year.knows(field.id)
        ]
        self._column_by_field = {field.id: column for column, field in enumerate(self._fields, start=2)}

    def cells(self, row: int, fields: tuple[str, ...]) -> list[str]:
        """The cells of some fields in a row, as other sheets refer to them."""
        return [self._page.cell(row, self._column_by_field[field]) for field in fields]

    def fill(self) -> None:
        page = self._page
        widths = [CODE_WIDTH, NAME_WIDTH, *[COUNT_WIDTH] * len(self._fields)]
        page.widths(widths)
        page.across(0, widths, phrase("The returns of {year}", year=str(self._year.year)), size=14, bold=True)
        page.across(1, widths, phrase("A blank cell was not reported; it is never counted as 0."), italic=True)
        totals = phrase(
            "The first row adds up what was reported. Rates and verdicts of the year are calculated from this sheet."
        )
        page.across(2, widths, totals, italic=True)
        page.shrink(HEAD[3:])
        headings: list[Phrase | Bilingual] = [phrase("Code"), phrase("Unit"), *(field.label for field in self._fields)]
        page.headings(HEADINGS, widths, headings)
        self._total(page.book)
        for row, line in enumerate(self._year.lines, start=FIRST_UNIT):
            page.text(row, 0, line.code, align="center", **GRID)
            page.text(row, 1, line.name, **GRID)
            page.fit_name(row, line.name, NAME_WIDTH)
            for field, column in self._column_by_field.items():
                if line.withheld([field]):
                    page.text(row, column, page.book.word[Status.WITHHELD], align="center", **GRID)
                elif line.counts is None or field not in line.counts.values:
                    page.blank(row, column, **GRID)
                else:
                    page.number(row, column, line.counts.values[field], page.book.whole, **GRID)
        page.named_table("returns", HEADINGS, self._year.last_row, headings, filters=False)
        page.on_a4("landscape", HEADINGS, frozen_columns=2)
        page.sheet.ignore_errors({"number_stored_as_text": xl_range(FIRST_UNIT, 0, self._year.last_row, 0)})

    def _total(self, book: Book) -> None:
        """The sum of each column; none where a count in it is withheld, which could be told from the sum."""
        page, bold = self._page, {"bold": True, **GRID}
        page.blank(PROVINCE, 0, **bold)
        page.text(PROVINCE, 1, self._year.plan.place, **bold)
        for field, column in self._column_by_field.items():
            known = [
                line.counts.values[field] for line in self._year.lines if line.counts and field in line.counts.values
            ]
            if any(line.withheld([field]) for line in self._year.lines):
                page.text(PROVINCE, column, page.book.word[Status.WITHHELD], align="center", **bold)
                continue
            cells = xl_range(FIRST_UNIT, column, self._year.last_row, column)
            formula = f'=IF(COUNT({cells})=0,"",SUM({cells}))'
            page.figure(PROVINCE, column, formula, sum(known) if known else "", book.whole, **bold)
