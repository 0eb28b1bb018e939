"""The annex: what each unit reported, and the rates that come of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.finding import Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import UnitCounts
from gbv_kpi.plan import ReturnField
from gbv_kpi.render.docx.decree import BLANK
from gbv_kpi.render.docx.draft import Draft
from gbv_kpi.render.docx.letterhead import blank_date, report_number
from gbv_kpi.render.docx.styles import ANNEX_CELL, ANNEX_TITLE, ENCLOSED_WITH, RECIPIENT
from gbv_kpi.render.docx.table_xml import Cell
from gbv_kpi.render.docx.wording import SIGN, legend, signed_rate, unit_names
from gbv_kpi.render.year_record import record_sentences

NUMBER_WIDTH, UNIT_WIDTH = 9, 38  # mm
NARROWEST, WIDEST = 14, 30  # mm of a column of figures: for its heading, and for the eye to follow a line


@dataclass(frozen=True, slots=True)
class _Column:
    heading: tuple[str, ...]
    figures: Sequence[str]  # of each unit, then of all


def annex_heading(draft: Draft, outcome: Outcome, year: str) -> None:
    """PHỤ LỤC, on what, and which report it belongs to."""
    letterhead = outcome.scorecard.plan.letterhead(outcome.day)
    draft.write(phrase("Annex"), ANNEX_TITLE)
    draft.write(draft.text(phrase("Figures of the units in {year}", year=year)).upper(), ANNEX_TITLE)
    enclosed = phrase(
        "(Enclosed with report No. {number} of {date}, {agency})",
        number=report_number(letterhead),
        date=blank_date(),
        agency=letterhead.issuer or BLANK,
    )
    draft.write(enclosed, ENCLOSED_WITH)


def annex(draft: Draft, outcome: Outcome) -> None:
    """Every unit's counts and rates, in as many tables as the page is not wide enough for."""
    findings = outcome.scorecard.findings
    if not findings:
        draft.write(phrase("There is no valid return."))
        return
    names = unit_names(outcome)
    columns = [*_count_columns(draft, outcome, names), *_rate_columns(draft, outcome, names)]
    room = draft.widest_page - NUMBER_WIDTH - UNIT_WIDTH
    tables = list(_fitting(columns, int(room / NARROWEST)))
    for number, table in enumerate(tables, start=1):
        title = phrase("Table {number}", number=number) if len(tables) > 1 else None
        headings = [(draft.text(phrase("No.")),), (draft.text(phrase("Unit")),), *(one.heading for one in table)]
        widths = (NUMBER_WIDTH, UNIT_WIDTH, *[min(room / len(table), WIDEST)] * len(table))
        draft.table(title, widths, headings, _rows(draft, list(names.values()), table), ANNEX_CELL)
    withheld = [Status.WITHHELD for counts in outcome.counts if counts.withheld]
    signs = legend(findings, draft.language, [Status.NO_DATA, *withheld])
    draft.write(phrase("Signs: {signs}.", signs=signs), RECIPIENT)
    for sentence in record_sentences(outcome.year_record, outcome.scorecard.plan, draft.language):
        draft.write(sentence, RECIPIENT)


def _rows(draft: Draft, names: Sequence[str], columns: Sequence[_Column]) -> Iterator[list[Cell]]:
    for row, name in enumerate(names):
        lead = [Cell(str(row + 1)), Cell(draft.text(name), "left")]
        yield [*lead, *(Cell(column.figures[row]) for column in columns)]
    total = [Cell(), Cell(draft.text(phrase("Total")), "left", bold=True)]
    yield [*total, *(Cell(column.figures[-1], bold=True) for column in columns)]


def _count_columns(draft: Draft, outcome: Outcome, units: Iterable[str]) -> Iterator[_Column]:
    """A column for each field; an optional one where some unit gave it."""
    counts = {of_unit.unit: of_unit for of_unit in outcome.counts}
    for field in outcome.scorecard.plan.fields:
        reported = [of for of in outcome.counts if field.id in of.values or field.id in of.withheld]
        if reported or not field.optional:
            figures = [_figure(counts.get(unit), field, draft) for unit in units]
            heading = field.header.get("en" if draft.language.tag == "en" else "vi")
            level = tuple(draft.text(text) for text in heading or (field.label,))
            yield _Column(level, [*figures, _total(reported, field, outcome, draft)])


def _figure(counts: UnitCounts | None, field: ReturnField, draft: Draft) -> str:
    if counts is None:
        return SIGN[Status.NO_DATA]
    if field.id in counts.withheld:
        return SIGN[Status.WITHHELD]
    count = counts.values.get(field.id)
    return SIGN[Status.NO_DATA] if count is None else draft.language.number(count)


def _total(reported: Sequence[UnitCounts], field: ReturnField, outcome: Outcome, draft: Draft) -> str:
    """The sum of what was reported; of what is partly withheld only what the province's findings show."""
    if not reported:
        return SIGN[Status.NO_DATA]
    if not any(field.id in counts.withheld for counts in reported):
        return draft.language.number(sum(counts.values[field.id] for counts in reported))
    plan = outcome.scorecard.plan
    for finding in outcome.scorecard.findings:
        indicator = plan.indicator_by_id[finding.indicator]
        for fields, count in (
            (indicator.numerator, finding.numerator),
            (indicator.denominator, finding.denominator),
        ):
            if finding.unit is None and fields == (field.id,) and count is not None:
                return draft.language.number(count)
    return SIGN[Status.WITHHELD]


def _rate_columns(draft: Draft, outcome: Outcome, units: Iterable[str]) -> Iterator[_Column]:
    by_scope = {(finding.indicator, finding.unit): finding for finding in outcome.scorecard.findings}
    for indicator in outcome.scorecard.plan.indicators:
        found = [by_scope.get((indicator.id, unit)) for unit in (*units, None)]
        heading = (draft.text(phrase("Rate")), draft.text(indicator.title))
        yield _Column(heading, [signed_rate(finding, draft.language) for finding in found])


def _fitting(columns: Iterable[_Column], most: int) -> Iterator[list[_Column]]:
    """The columns by tables; those that share an upper heading stay together."""
    table: list[_Column] = []
    for _, together in groupby(columns, key=lambda column: column.heading[0]):
        group = list(together)
        if table and len(table) + len(group) > most:
            yield table
            table = []
        table += group
    if table:
        yield table
