"""The annex: what each unit reported, and the rates that come of it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.finding import Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import UnitCounts
from gbv_kpi.plan import ReturnField
from gbv_kpi.render.docx.draft import Bold, Column, Draft, Words
from gbv_kpi.render.docx.letterhead import blank_date, report_number
from gbv_kpi.render.docx.styles import Style
from gbv_kpi.render.docx.wording import BLANK, SIGN, legend, signed_rate, unit_names, year_of
from gbv_kpi.render.year_record import record_sentences

NUMBER_WIDTH, UNIT_WIDTH = 9, 38  # mm
FIGURE_LETTERS, MARGIN_LETTERS = 5, 1  # no word of a heading and no figure is broken
NARROWEST, WIDEST = 14, 30  # mm of a column of figures: for its heading, and for the eye to follow a line


def annex_heading(draft: Draft, outcome: Outcome) -> None:
    """Write PHỤ LỤC, on what, and which report it belongs to."""
    letterhead = outcome.scorecard.plan.letterhead(outcome.day)
    draft.write(phrase("Annex"), Style.ANNEX_TITLE)
    title = phrase("Figures of the units in {year}", year=year_of(outcome))
    draft.write(draft.text(title).upper(), Style.ANNEX_TITLE)
    enclosed = phrase(
        "(Enclosed with report No. {number} of {date}, {agency})",
        number=report_number(letterhead),
        date=blank_date(),
        agency=letterhead.issuer or BLANK,
    )
    draft.write(enclosed, Style.ENCLOSED_WITH)


def annex(draft: Draft, outcome: Outcome) -> None:
    """Write every unit's counts and rates, in as many tables as the page is not wide enough for."""
    findings = outcome.scorecard.findings
    if not findings:
        draft.write(phrase("No valid return."))
        return
    names = unit_names(outcome)
    numbers = [str(number) for number in range(1, len(names) + 1)]
    lead = (
        Column(phrase("No."), NUMBER_WIDTH, [*numbers, ""]),
        Column(phrase("Unit"), UNIT_WIDTH, [*names.values(), Bold(phrase("Total"))], "left"),
    )
    columns = [*_count_columns(draft, outcome, names), *_rate_columns(draft, outcome, names)]
    room = draft.widest_page - NUMBER_WIDTH - UNIT_WIDTH
    tables = list(_fitting(columns, int(room / NARROWEST)))
    for number, table in enumerate(tables, start=1):
        letters = [_letters(draft, column) for column in table]
        per_letter = room / sum(letters)
        title = phrase("Table {number}", number=number) if len(tables) > 1 else None
        widths = [min(count * per_letter, WIDEST) for count in letters]
        figures = [column._replace(width=width) for column, width in zip(table, widths, strict=True)]
        draft.table([*lead, *figures], title, Style.ANNEX_CELL)
    withheld = [Status.WITHHELD for counts in outcome.counts if counts.withheld]
    signs = legend(findings, draft.language, [Status.NO_DATA, *withheld])
    draft.write(phrase("Signs: {signs}.", signs=signs), Style.RECIPIENT)
    for sentence in record_sentences(outcome.year_record, outcome.scorecard.plan, draft.language):
        draft.write(sentence, Style.RECIPIENT)


def _letters(draft: Draft, column: Column) -> int:
    """Return the letters that a column must have room for, those of its margins included."""
    lowest = column.heading[-1] if isinstance(column.heading, tuple) else column.heading
    return MARGIN_LETTERS + max(FIGURE_LETTERS, *map(len, draft.text(lowest).replace("-", "- ").split()))


def _count_columns(draft: Draft, outcome: Outcome, units: Iterable[str]) -> Iterator[Column]:
    """Yield a column for each field; of an optional one where some unit gave it."""
    counts_by_unit = {counts.unit: counts for counts in outcome.counts}
    for field in outcome.scorecard.plan.fields:
        reported = [of for of in outcome.counts if field.id in of.values or field.id in of.withheld]
        if reported or not field.optional:
            heading = field.header.get("en" if draft.language.tag == "en" else "vi") or field.label
            figures = [_figure(counts_by_unit.get(unit), field, draft) for unit in units]
            yield Column(heading, WIDEST, [*figures, Bold(_total(reported, field, outcome, draft))])


def _figure(counts: UnitCounts | None, field: ReturnField, draft: Draft) -> str:
    if counts and field.id in counts.withheld:
        return SIGN[Status.WITHHELD]
    count = counts.values.get(field.id) if counts else None
    return SIGN[Status.NO_DATA] if count is None else draft.language.number(count)


def _total(reported: Sequence[UnitCounts], field: ReturnField, outcome: Outcome, draft: Draft) -> str:
    """Return the sum of what was reported; of what is partly withheld only what the province's findings show."""
    if not reported:
        return SIGN[Status.NO_DATA]
    if not any(field.id in counts.withheld for counts in reported):
        return draft.language.number(sum(counts.values[field.id] for counts in reported))
    for finding in outcome.scorecard.of_province().findings:
        indicator = outcome.scorecard.plan.indicator_by_id[finding.indicator]
        sides = ((indicator.numerator, finding.numerator), (indicator.denominator, finding.denominator))
        for fields, count in sides:
            if fields == (field.id,) and count is not None:
                return draft.language.number(count)
    return SIGN[Status.WITHHELD]


def _rate_columns(draft: Draft, outcome: Outcome, units: Iterable[str]) -> Iterator[Column]:
    findings = {(finding.indicator, finding.unit): finding for finding in outcome.scorecard.findings}
    for indicator in outcome.scorecard.plan.indicators:
        *rates, total = (signed_rate(findings.get((indicator.id, unit)), draft.language) for unit in (*units, None))
        yield Column((phrase("Rate"), indicator.title), WIDEST, [*rates, Bold(total)])


def _fitting(columns: Iterable[Column], most: int) -> Iterator[list[Column]]:
    """Yield the columns by tables; those that share an upper heading stay together."""
    table: list[Column] = []
    for _, together in groupby(columns, key=_upper_heading):
        group = list(together)
        if table and len(table) + len(group) > most:
            yield table
            table = []
        table += group
    if table:
        yield table


def _upper_heading(column: Column) -> Words:
    return column.heading[0] if isinstance(column.heading, tuple) else column.heading
