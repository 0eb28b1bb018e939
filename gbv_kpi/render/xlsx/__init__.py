"""Write a report as a workbook in which live formulas lead an auditor from the verdict to every count."""

from gbv_kpi.i18n import Language, phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.render.xlsx.book import Book, Page
from gbv_kpi.render.xlsx.lists import fill_problems, fill_sources
from gbv_kpi.render.xlsx.summary import fill_summary
from gbv_kpi.render.xlsx.trend import fill_trend
from gbv_kpi.render.xlsx.units import IndicatorPage, fill_returns, year_of

__all__ = ["to_xlsx"]


def to_xlsx(outcome: Outcome, language: Language) -> bytes:
    """Return the outcome of one year, with its counts and its trend. The same outcome gives the same bytes."""
    plan, year = outcome.scorecard.plan, year_of(outcome)
    book = Book(plan.title, language)
    summary = Page(book, phrase("Summary"))
    indicators: list[IndicatorPage] = []
    if year:
        pages = [Page(book, indicator.title) for indicator in plan.indicators]
        returns = Page(book, phrase("Returns"))
        fill_returns(returns, year)
        indicators = [IndicatorPage(*pair, year, returns) for pair in zip(pages, plan.indicators, strict=True)]
        for number, indicator in enumerate(indicators, start=1):
            indicator.fill(number)
        if outcome.trend:
            fill_trend(Page(book, phrase("Trend")), outcome.trend, indicators)
    fill_summary(summary, outcome, indicators)
    if outcome.problems:
        fill_problems(Page(book, phrase("Errors and warnings")), outcome)
    fill_sources(Page(book, phrase("Sources")), outcome)
    return book.to_bytes()
