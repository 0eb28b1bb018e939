"""A report as a workbook that an auditor can follow: from the verdict by live formulas back to every count."""

from gbv_kpi.i18n import Language, phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.render.xlsx.book import Book
from gbv_kpi.render.xlsx.indicator import IndicatorPage
from gbv_kpi.render.xlsx.lines import year_of
from gbv_kpi.render.xlsx.lists import fill_problems, fill_sources
from gbv_kpi.render.xlsx.page import Page
from gbv_kpi.render.xlsx.returns import ReturnsPage
from gbv_kpi.render.xlsx.summary import fill_summary
from gbv_kpi.render.xlsx.trend import fill_trend

__all__ = ["to_xlsx"]


def to_xlsx(outcome: Outcome, language: Language) -> bytes:
    """The outcome of one year, with its counts and its trend. The same outcome gives the same bytes."""
    plan, year = outcome.scorecard.plan, year_of(outcome)
    book = Book(plan.title, language)
    summary = Page(book, phrase("Summary"))
    indicators: list[IndicatorPage] = []
    if year:
        pages = [Page(book, indicator.title) for indicator in plan.indicators]
        returns = ReturnsPage(Page(book, phrase("Returns")), year)
        returns.fill()
        indicators = [
            IndicatorPage(page, indicator, year, returns, number)
            for number, (page, indicator) in enumerate(zip(pages, plan.indicators, strict=True), start=1)
        ]
        for indicator in indicators:
            indicator.fill()
        if outcome.trend:
            fill_trend(Page(book, phrase("Trend")), outcome.trend, indicators)
    fill_summary(summary, outcome, indicators)
    if outcome.problems:
        fill_problems(Page(book, phrase("Errors and warnings")), outcome)
    fill_sources(Page(book, phrase("Sources")), outcome)
    return book.written()
