"""A row of an indicator's sheet: two counts, and what follows from them as live formulas."""

from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter.utility import xl_rowcol_to_cell

from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.plan.thresholds import Measure, Threshold
from gbv_kpi.render.xlsx import formulas
from gbv_kpi.render.xlsx.lines import level, quotient
from gbv_kpi.render.xlsx.page import FIGURE, Page

CODE, NAME, NUMERATOR, DENOMINATOR, RATE, BOUND, VERDICT, LACKING, NEXT = range(9)
UNSEEN = ";;;"  # the number format of a cell that shows nothing


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """The province or a unit; `finding` is None where it has not reported."""

    page: Page
    row: int
    finding: Finding | None
    measure: Measure
    look: Mapping[str, object]

    @property
    def status(self) -> Status:
        return self.finding.status if self.finding else Status.NO_DATA

    def count(self, column: int, formula: str | None) -> None:
        """A count as a formula; as a number or a word where what it is added up from is withheld (no formula)."""
        page = self.page
        value = self._count_in(column)
        if column == DENOMINATOR and self.measure in ("count", "change") and self.status is not Status.WITHHELD:
            self._divisor(value)
            return
        if value is None and self.finding and (formula is None or self.status is Status.WITHHELD):
            page.text(self.row, column, page.book.word[Status.WITHHELD], align="center", **self.look)
        elif formula is not None:
            page.figure(self.row, column, formula, "" if value is None else value, page.book.whole, **self.look)
        elif value is not None:
            page.number(self.row, column, value, page.book.whole, **self.look)

    def _divisor(self, value: int | None) -> None:
        """What no field of the return gives: the base year's count, or an unseen 1 that a count is divided by."""
        if value is None:
            self.page.blank(self.row, DENOMINATOR, **self.look)
        else:
            digits = UNSEEN if self.measure == "count" else self.page.book.whole
            self.page.number(self.row, DENOMINATOR, value, digits, **self.look)

    def _count_in(self, column: int) -> int | None:
        if self.finding is None:
            return None
        return self.finding.numerator if column == NUMERATOR else self.finding.divisor

    def judge(self, threshold: Threshold | None, coming: Threshold | None) -> None:
        """Rate, threshold, verdict and what is lacking; words alone where a count is not there to be judged."""
        page, row, look, book = self.page, self.row, self.look, self.page.book
        if threshold:
            page.number(row, BOUND, level(threshold), book.bound(threshold), **look)
        else:
            page.text(row, BOUND, phrase("not yet"), **FIGURE, **look)
        if self.status is not Status.NO_DATA and None in (self._count_in(NUMERATOR), self._count_in(DENOMINATOR)):
            for column in (RATE, VERDICT, LACKING, *([NEXT] if coming else [])):
                page.text(row, column, book.word[self.status], align="center", **look)
            return
        numerator, denominator = self._cells()
        rates = book.rate_of(self.finding, self.measure)
        page.figure(
            row, RATE, formulas.rate(numerator, denominator, self.measure), quotient(self.finding), rates, **look
        )
        verdict = formulas.verdict(numerator, denominator, threshold, book.word)
        page.words(row, VERDICT, verdict, book.word[self.status], align="center", **look)
        if threshold:
            self._lacking(LACKING, threshold, self.finding.shortfall if self.finding else None)
        else:
            page.blank(row, LACKING, **look)
        if coming:
            self._lacking(NEXT, coming, self.finding.next_shortfall if self.finding else None)

    def _lacking(self, column: int, threshold: Threshold, amount: int | None) -> None:
        formula = formulas.lacking(*self._cells(), threshold)
        value = "" if amount is None else amount
        self.page.figure(self.row, column, formula, value, self.page.book.whole, **self.look)

    def _cells(self) -> tuple[str, str]:
        return xl_rowcol_to_cell(self.row, NUMERATOR), xl_rowcol_to_cell(self.row, DENOMINATOR)
