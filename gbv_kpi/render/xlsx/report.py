"""Write the workbook of a report, from the first sheet on: the verdict, the province's figures, and notes on them.

Every figure on the first sheet is a link to the indicator's own sheet.
"""

from collections.abc import Iterator, Sequence

from xlsxwriter.utility import xl_range_abs

from gbv_kpi.i18n import Language, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.trend import Trend
from gbv_kpi.render import sentences
from gbv_kpi.render.formatting import clock_text, document_title, marked
from gbv_kpi.render.xlsx import formulas, units
from gbv_kpi.render.xlsx.book import (
    BOLD,
    CENTRED,
    COLOURS,
    FIGURE,
    TITLE,
    Book,
    Cell,
    Line,
    Look,
    Page,
    Words,
    quotient,
)
from gbv_kpi.render.xlsx.charts import ChartContent, put_rates_chart
from gbv_kpi.render.xlsx.lists import fill_problems, fill_sources
from gbv_kpi.render.xlsx.trend import fill_trend
from gbv_kpi.render.xlsx.units import IndicatorSheet, figures_of, fill_returns
from gbv_kpi.sheets.refusal import REPORT_MARK

NAME = 0  # then the plan's words and, up to the shortfall, the columns of the indicators' own sheets
EXTRA_WIDTH = 13.0
WITHOUT_A_TABLE = (75.0, 75.0)
CHART_HEIGHT = 300  # pixels
NOTABLE: Look = {"bold": True, "font_color": COLOURS[Status.NO_DATA][1]}
REFUSED: Look = {"bold": True, "font_color": COLOURS[Status.MISSED][1]}

SummaryColumn = tuple[Words, float, Sequence[Cell]]  # heading, width, a cell for each indicator


def to_xlsx(outcome: Outcome, language: Language) -> bytes:
    """Return the outcome of one year, with its counts and its trend. The same outcome gives the same bytes."""
    plan, figures = outcome.scorecard.plan, figures_of(outcome)
    book = Book(plan.title, language, category=REPORT_MARK)
    summary = Page(book, phrase("Summary"))
    sheets: list[IndicatorSheet] = []
    if figures:
        pages = [Page(book, indicator.title) for indicator in plan.indicators]
        returns = Page(book, phrase("Returns"))
        fill_returns(returns, figures)
        sheets = [IndicatorSheet(*pair, figures, returns) for pair in zip(pages, plan.indicators, strict=True)]
        for number, sheet in enumerate(sheets, start=1):
            sheet.fill(number)
        if outcome.trend and len(outcome.trend.years) > 1:  # the sheets of the indicators have the only year
            fill_trend(Page(book, phrase("Trend")), outcome.trend, sheets)
    _fill_summary(summary, outcome, sheets)
    if outcome.problems:
        fill_problems(Page(book, phrase("Errors and warnings")), outcome)
    fill_sources(Page(book, phrase("Sources")), outcome)
    return book.to_bytes()


def _fill_summary(page: Page, outcome: Outcome, sheets: Sequence[IndicatorSheet]) -> None:
    """Write the first sheet; `sheets` is empty where no return could be read."""
    columns = list(_columns(page.book, outcome.trend, sheets)) if sheets else []
    page.set_widths([width for _, width, _ in columns] or WITHOUT_A_TABLE)
    row = page.put_lines(0, _lines_above(outcome)) + 1
    first, last = row + 1, row + len(sheets)
    if sheets:
        page.headings(row, [heading for heading, _, _ in columns])
        for row, cells in enumerate(zip(*(cells for _, _, cells in columns), strict=True), start=first):
            page.row(row, cells)
        page.colour_verdicts(first, last, units.VERDICT)
        if sentences.verdict(outcome, sheets[0].figures.year):
            _follow_verdicts(page, outcome, sheets[0].figures.year, (first, last))
        row = last + 2
    row = page.put_lines(row, _lines_below(outcome, page.book.language))
    measures = {sheet.indicator.measure for sheet in sheets}
    if len(measures) == 1:  # else they need different axes
        shown = ChartContent(
            phrase("Results against the thresholds in force"),
            (first, NAME, last, NAME),
            (first, units.RATE, last, units.RATE),
            (first, units.BOUND, last, units.BOUND),
            [sheet.finding() for sheet in sheets],
            measures.pop(),
        )
        put_rates_chart(page, (row + 1, NAME, page.pixels, CHART_HEIGHT), shown, first_is_whole=False)
    page.print_on_a4(one_page=True)


def _lines_above(outcome: Outcome) -> Iterator[Line]:
    plan, document = outcome.scorecard.plan, document_title(outcome.scorecard.plan)
    yield plan.title, {**TITLE, **CENTRED}
    for year in outcome.scorecard.years:
        yield phrase("{document}, year {year}", document=document, year=str(year)), {**TITLE, **CENTRED}
    for year in outcome.scorecard.years:
        if sentence := sentences.verdict(outcome, year):
            yield sentence, TITLE
    if refused := sentences.refused_returns(outcome):
        yield refused, REFUSED
    for coverage in outcome.scorecard.coverage:
        for sentence, provisional in sentences.completeness(coverage):
            yield sentence, NOTABLE if provisional else {}
    for found in outcome.outlook:
        yield sentences.outlook(plan, found), NOTABLE
    if outcome.data_moment:
        yield phrase("As recorded in the ledger at {moment}.", moment=clock_text(outcome.data_moment)), {"italic": True}


def _lines_below(outcome: Outcome, language: Language) -> Iterator[Line]:
    plan, scorecard = outcome.scorecard.plan, outcome.scorecard
    for _, sentence in sentences.monitored_figures(scorecard, outcome.trend, language):
        yield sentence, {}
    for caveat in sentences.caveats(plan, scorecard.rated_indicators):
        yield caveat, {"italic": True}
    for note in (
        *sentences.withheld_notes(plan, outcome.withheld, language),
        *sentences.record_sentences(outcome.year_record, plan, language),
    ):
        yield note, {}


def _columns(book: Book, trend: Trend | None, sheets: Sequence[IndicatorSheet]) -> Iterator[SummaryColumn]:
    """Yield the columns; last year's rate where it is known, the next threshold where there is one."""
    year = sheets[0].figures.year
    thresholds = [bound for sheet in sheets for bound in (sheet.threshold, sheet.coming) if bound]
    lower = any(threshold.lower_is_better for threshold in thresholds)
    lacking = phrase("Lacking or too many") if lower else phrase("Lacking")
    titles = [Cell(sheet.marked(sheet.indicator.title), look=BOLD) for sheet in sheets]
    denominators = [
        Cell() if sheet.indicator.measure == "count" else _link(sheet, units.DENOMINATOR) for sheet in sheets
    ]
    yield phrase("Indicator"), 20.0, titles
    yield phrase("The plan's words"), 46.0, [Cell(sheet.indicator.quote) for sheet in sheets]
    yield phrase("Numerator"), 11.0, [_link(sheet, units.NUMERATOR) for sheet in sheets]
    yield phrase("Denominator"), 11.0, denominators
    yield phrase("Rate"), 11.0, [_link(sheet, units.RATE) for sheet in sheets]
    # Without a threshold the chart would draw a word as 0, and a link to a blank cell gives 0.
    yield phrase("Threshold in force"), 12.0, [book.bound(sheet.threshold) for sheet in sheets]
    yield phrase("Verdict"), 17.0, [_link(sheet, units.VERDICT) for sheet in sheets]
    yield lacking, 11.0, [_link(sheet, units.LACKING) if sheet.threshold else Cell() for sheet in sheets]
    if trend and year - 1 in trend.years:
        before = [trend.of_province.get((sheet.indicator.id, year - 1)) for sheet in sheets]
        is_provisional = any(finding.provisional for finding in before if finding)
        heading = marked(phrase("Rate in {year}", year=str(year - 1)), is_provisional)
        yield heading, EXTRA_WIDTH, [_last_rate(book, finding) for finding in before]
    if any(sheet.coming for sheet in sheets):
        bounds = [book.bound(sheet.coming, f" ({sheet.coming.since})") if sheet.coming else Cell() for sheet in sheets]
        yield phrase("Next threshold"), EXTRA_WIDTH, bounds
        links = [_link(sheet, units.NEXT) if sheet.coming else Cell() for sheet in sheets]
        yield phrase("{lacking} for it", lacking=lacking), EXTRA_WIDTH, links


def _link(sheet: IndicatorSheet, column: int) -> Cell:
    """Return a link to a column of the province's row on the indicator's own sheet."""
    cell = sheet.row_of()[column]
    link = f"={sheet.page.reference(units.PROVINCE, column)}"
    return cell._replace(formula=link) if column == units.VERDICT else Cell(cell.value, cell.number_format or "", link)


def _last_rate(book: Book, finding: Finding | None) -> Cell:
    """Return a quotient of last year's counts, or why there is none."""
    if finding is None or quotient(finding) is None:
        return Cell(book.word[finding.status if finding else Status.NO_DATA], look=FIGURE)
    formula = formulas.quotient(str(finding.numerator), str(finding.divisor), finding.measure)
    return book.rate(finding, finding.measure, f"={formula}")


def _follow_verdicts(page: Page, outcome: Outcome, year: int, rows: tuple[int, int]) -> None:
    """Make the headline and its colour follow the verdicts below."""
    plan, book = outcome.scorecard.plan, page.book
    row = 1 + len(outcome.scorecard.years)
    verdicts = xl_range_abs(rows[0], units.VERDICT, rows[1], units.VERDICT)
    missed = f"COUNTIF({verdicts},{formulas.quoted(book.word[Status.MISSED])})"
    province = outcome.scorecard.judged.of_province()
    judged = sum(len(province.with_status(status).frame) for status in (Status.MET, Status.MISSED))
    possible = [book.say(sentences.province_verdict(plan, year, count, judged)) for count in range(judged + 1)]
    current = book.say(sentences.verdict(outcome, year) or "")
    if current in possible and (formula := formulas.choice(missed, possible)):
        page.put(row, 0, Cell(current, formula=formula), TITLE)
    for status, condition in ((Status.MISSED, f"={missed}>0"), (Status.MET, f"={missed}=0")):
        page.colour((row, 0, row, len(page.widths) - 1), status, {"type": "formula", "criteria": condition})
