"""The first sheet: the verdict, the province's figures, and what must be known beside them."""

from collections.abc import Iterator, Sequence
from typing import Any

from xlsxwriter.utility import xl_range_abs

from gbv_kpi.i18n import Language, phrase
from gbv_kpi.kpi.finding import Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.render.formatting import clock_text
from gbv_kpi.render.sentences import (
    caveats,
    completeness,
    monitored_figures,
    outlook,
    province_verdict,
    refused_returns,
    verdict,
    withheld_notes,
)
from gbv_kpi.render.xlsx import formulas
from gbv_kpi.render.xlsx.book import COLOURS, Words
from gbv_kpi.render.xlsx.charts import put_rates_chart
from gbv_kpi.render.xlsx.indicator import IndicatorPage
from gbv_kpi.render.xlsx.judged import BOUND, RATE, VERDICT
from gbv_kpi.render.xlsx.page import Page
from gbv_kpi.render.xlsx.province import TITLE, ProvinceTable
from gbv_kpi.render.year_record import record_sentences

CHART_HEIGHT = 300  # pixels
WITHOUT_A_TABLE = (75.0, 75.0)
NOTABLE = {"bold": True, "font_color": COLOURS[Status.NO_DATA][1]}
REFUSED = {"bold": True, "font_color": COLOURS[Status.MISSED][1]}

Line = tuple[Words, dict[str, Any]]  # a sentence and its look


def fill_summary(page: Page, outcome: Outcome, indicators: Sequence[IndicatorPage]) -> None:
    """`indicators` are those of the year; none where not one return of it could be read."""
    above, below = list(_above(outcome)), list(_below(outcome, page.book.language))
    table = ProvinceTable(page, outcome.trend, indicators) if indicators else None
    widths = table.widths if table else WITHOUT_A_TABLE
    page.widths(widths)
    for row, (words, look) in enumerate(above):
        page.across(row, widths, words, **look)
    row = len(above) + 1
    if table:
        table.fill(row)
        if verdict(outcome, table.year):
            _live_verdict(page, outcome, table, len(_titles(outcome)))
        row = table.last_row + 2
    for words, look in below:
        page.across(row, widths, words, **look)
        row += 1
    if table:
        _chart(page, table, row + 1)
    page.on_a4("landscape", one_page=True)


def _titles(outcome: Outcome) -> list[Line]:
    plan = outcome.scorecard.plan
    years = [phrase("Plan {number}, year {year}", number=plan.number, year=str(y)) for y in outcome.scorecard.years]
    titles: list[Words] = [plan.title, *years]
    return [(words, {"size": 14, "bold": True, "align": "center"}) for words in titles]


def _above(outcome: Outcome) -> Iterator[Line]:
    """The verdict first, and whether it is the last word."""
    yield from _titles(outcome)
    for year in outcome.scorecard.years:
        if sentence := verdict(outcome, year):
            yield sentence, {"size": 14, "bold": True}
    if refused := refused_returns(outcome):
        yield refused, REFUSED
    for coverage in outcome.scorecard.coverage:
        for sentence, provisional in completeness(coverage):
            yield sentence, NOTABLE if provisional else {}
    for found in outcome.outlook:
        yield outlook(outcome.scorecard.plan, found), NOTABLE
    if outcome.data_moment:
        yield phrase("As the ledger was at {moment}.", moment=clock_text(outcome.data_moment)), {"italic": True}


def _below(outcome: Outcome, language: Language) -> Iterator[Line]:
    for _, sentence in monitored_figures(outcome.scorecard, outcome.trend, language):
        yield sentence, {}
    for caveat in caveats(outcome.scorecard.plan, outcome.scorecard.rated_indicators):
        yield caveat, {"italic": True}
    for note in withheld_notes(outcome.scorecard.plan, outcome.withheld):
        yield note, {}
    for sentence in record_sentences(outcome.year_record, outcome.scorecard.plan, language):
        yield sentence, {}


def _live_verdict(page: Page, outcome: Outcome, table: ProvinceTable, row: int) -> None:
    """The headline follows the verdicts below it, and so does its colour."""
    plan, book = outcome.scorecard.plan, page.book
    verdicts = xl_range_abs(table.first_row, VERDICT, table.last_row, VERDICT)
    missed = f"COUNTIF({verdicts},{formulas.quoted(book.word[Status.MISSED])})"
    province = outcome.scorecard.judged.of_province()
    judged = sum(len(province.with_status(status).frame) for status in (Status.MET, Status.MISSED))
    possible = [book.say(province_verdict(plan, table.year, count, judged)) for count in range(judged + 1)]
    now = book.say(verdict(outcome, table.year) or "")
    formula = formulas.choice(missed, possible) if now in possible else None
    if formula:
        page.words(row, 0, formula, now, font_size=14, bold=True)
    for status, condition in ((Status.MISSED, f"={missed}>0"), (Status.MET, f"={missed}=0")):
        page.colour_where(row, len(table.widths) - 1, condition, status)


def _chart(page: Page, table: ProvinceTable, row: int) -> None:
    """The indicators against their thresholds, where all are measured alike."""
    measures = {one.indicator.measure for one in table.indicators}
    if len(measures) > 1:
        return
    first, last = table.first_row, table.last_row
    put_rates_chart(
        page,
        (row, TITLE, page.pixels(table.widths), CHART_HEIGHT),
        phrase("Results against the thresholds in force"),
        (first, TITLE, last, TITLE),
        (first, RATE, last, RATE),
        (first, BOUND, last, BOUND),
        [one.finding for one in table.indicators],
        measure=measures.pop(),
        first_is_whole=False,
    )
