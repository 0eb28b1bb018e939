"""Compose the points and the tables, as columns, of the report and of a letter."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple

from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import UnitCounts
from gbv_kpi.plan import Plan, ReturnField
from gbv_kpi.render import sentences
from gbv_kpi.render.formatting import MEANING, marked, rate_text, result_text, target_text
from gbv_kpi.render.letters import HEADINGS, Letter

BLANK = "……"  # for the officer to fill in
SHOWN_MERGERS = 20
# Signs in Times New Roman, those of statistical yearbooks where possible.
SIGN = {Status.MISSED: "*", Status.NO_CASES: "–", Status.NO_DATA: "…", Status.WITHHELD: "#"}
SHOWN_LACKING = 100
SHOWN_UNITS = 60  # in the body; the annex has all
LETTER_WIDTHS = (38, 33, 30, 18, 30, 16)  # mm
NUMBER_WIDTH, UNIT_WIDTH = 9, 38  # mm, of the annex
FIGURE_CHARACTERS, MARGIN_CHARACTERS = 5, 1  # the least room in a column: no word or figure is broken
NARROWEST, WIDEST = 14, 30  # mm, of a column of figures: room for its heading; a wider one is hard to follow across

Words = Phrase | Bilingual | str


class Bold(NamedTuple):
    words: Words


class Column(NamedTuple):
    """A column of a table; adjacent ones with the same upper heading share it."""

    heading: Words
    width: float  # mm
    cells: Sequence[Words | Bold]
    align: str = "center"
    upper: Words = ""


def by_upper_heading(columns: Iterable[Column]) -> list[tuple[Words, list[Column]]]:
    return [(words, list(group)) for words, group in groupby(columns, key=lambda column: column.upper)]


def _numbers(rows: Sequence[object] | dict[str, str]) -> list[str]:
    return [str(number) for number in range(1, len(rows) + 1)]


def short_result(finding: Finding, language: Language) -> str:
    """Return the result as a table has it: 2.061/2.216 = 93,0%."""
    return result_text(finding, language) if finding.status.has_rate else SIGN[finding.status]


def signed_rate(finding: Finding | None, language: Language) -> str:
    """Return the rate, marked where it misses a threshold; or the sign for why there is none."""
    if finding is None:
        return SIGN[Status.NO_DATA]
    return f"{rate_text(finding, language)}{SIGN.get(finding.status, '')}"


def target_in_force(finding: Finding, plan: Plan, language: Language) -> Phrase | str:
    if finding.threshold is None:
        return phrase("not yet")
    return target_text(finding.threshold, plan.indicator_by_id[finding.indicator], language)


def judged(finding: Finding) -> Phrase | Bilingual | str:
    return marked(MEANING[finding.status], finding.provisional and finding.status.has_rate)


def legend(findings: Iterable[Finding], language: Language, further: Iterable[Status] = ()) -> str:
    present = {finding.status for finding in findings} | set(further)
    return "; ".join(f"{sign} {language.say(MEANING[status])}" for status, sign in SIGN.items() if status in present)


def titles_by_verdict(findings: Iterable[Finding], plan: Plan, language: Language) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in sorted(findings, key=lambda finding: list(Status).index(finding.status)):
        title = language.say(plan.indicator_by_id[finding.indicator].title)
        found.setdefault(language.say(judged(finding)), []).append(title)
    return found


def on_the_figures(outcome: Outcome, language: Language) -> Iterator[Phrase | Bilingual | str]:
    """Yield completeness, caveats and other limits of the figures."""
    plan = outcome.scorecard.plan
    for coverage in outcome.scorecard.coverage:
        if coverage.provisional:
            yield from (sentence for sentence, _ in sentences.completeness(coverage, lists_errors=False))
        if reason := plan.reporting_date_reason.get(coverage.year):
            yield reason
    if refused := sentences.refused_returns(outcome):
        yield refused
    for found in outcome.outlook:
        yield sentences.outlook(plan, found)
    merged = [problem.message for problem in outcome.problems if problem.code == "merged-unit"]
    yield from islice(merged, SHOWN_MERGERS)
    if len(merged) > SHOWN_MERGERS:
        yield plural("… {count} more", "… {count} more", len(merged) - SHOWN_MERGERS)
    yield from sentences.withheld_notes(plan, outcome.withheld, language)
    if plan.note:
        yield plan.note


def letter_table(letter: Letter) -> list[Column]:
    cells = zip(HEADINGS, LETTER_WIDTHS, zip(*letter.rows, strict=True), strict=True)
    first, *others = (Column(*column) for column in cells)
    return [first._replace(align="left"), *others]


def indicators_table(outcome: Outcome, findings: Sequence[Finding], language: Language) -> list[Column]:
    plan, year = outcome.scorecard.plan, findings[0].year
    rates = [sentences.last_year_rate(outcome.trend, finding, language) or SIGN[Status.NO_DATA] for finding in findings]
    verdicts = [Bold(judged(f)) if f.status is Status.MISSED else judged(f) for f in findings]
    return [
        Column(phrase("No."), 12, _numbers(findings)),
        Column(phrase("Indicator"), 40, [plan.indicator_by_id[f.indicator].title for f in findings], "left"),
        Column(phrase("Target in force"), 26, [target_in_force(f, plan, language) for f in findings]),
        Column(phrase("Result of {year}", year=str(year)), 41, [short_result(f, language) for f in findings]),
        Column(phrase("Year {year}", year=str(year - 1)), 19, rates),
        Column(phrase("Assessment"), 27, verdicts),
    ]


def unit_names(outcome: Outcome) -> dict[str, str]:
    """Return the units by code, with those that are still missing."""
    names = {f.unit: f.unit_name or f.unit for f in outcome.scorecard.findings if f.unit is not None}
    missing = {unit.code: unit.name for coverage in outcome.scorecard.coverage for unit in coverage.missing}
    return dict(sorted((names | missing).items()))


def shown_units(outcome: Outcome, names: dict[str, str]) -> dict[str, str]:
    """Return the units of the body: of very many only those that miss a threshold."""
    if len(names) <= SHOWN_UNITS:
        return names
    missed = {finding.unit for finding in outcome.scorecard.with_status(Status.MISSED).findings}
    return dict(islice(((unit, name) for unit, name in names.items() if unit in missed), SHOWN_UNITS))


def units_table(outcome: Outcome, units: dict[str, str], language: Language) -> list[Column]:
    """Return each unit's rates, and below them the province's and the thresholds."""
    plan = outcome.scorecard.plan
    province = {finding.indicator: finding for finding in outcome.scorecard.of_province().findings}
    provisional = any(province[indicator.id].provisional for indicator in plan.indicators)
    place = Bold(marked(plan.place, provisional))
    names: list[Words | Bold] = [*units.values(), place, phrase("Target in force")]
    columns = [Column(phrase("No."), 12, [*_numbers(units), "", ""]), Column(phrase("Unit"), 43, names, "left")]
    for indicator, rates in zip(plan.indicators, _rates(outcome, units, language), strict=True):
        target = target_in_force(province[indicator.id], plan, language)
        width = 110 / len(plan.indicators)
        columns.append(rates._replace(upper="", width=width, cells=[*rates.cells, target]))
    return columns


def units_legend(outcome: Outcome, units: dict[str, str], language: Language) -> str:
    first = outcome.scorecard.plan.indicators[0].id
    known = {finding.unit for finding in outcome.scorecard.findings if finding.indicator == first}
    return legend(outcome.scorecard.judged.findings, language, [] if known.issuperset(units) else [Status.NO_DATA])


def lacking_table(plan: Plan, missed: Sequence[Finding], language: Language) -> list[Column]:
    """Return every threshold missed, the province before its units, with the whole number that is lacking."""
    indicators = [plan.indicator_by_id[finding.indicator] for finding in missed]
    titles = [i.title if f.unit else Bold(i.title) for f, i in zip(missed, indicators, strict=True)]
    units = [f.unit_name or f.unit if f.unit else Bold(plan.place) for f in missed]
    amounts = [sentences.amount_lacking(f, indicator) for f, indicator in zip(missed, indicators, strict=True)]
    return [
        Column(phrase("No."), 12, _numbers(missed)),
        Column(phrase("Indicator"), 40, titles, "left"),
        Column(phrase("Unit"), 40, units, "left"),
        Column(phrase("Result"), 36, [short_result(finding, language) for finding in missed]),
        Column(phrase("Lacking"), 37, amounts, "left"),
    ]


def annex_tables(outcome: Outcome, page_width: float, language: Language) -> list[list[Column]]:
    """Return every unit's counts and rates, split into tables that fit the width of a page (mm).

    Columns that share an upper heading stay together.
    """
    if not outcome.scorecard.findings:
        return []
    names = unit_names(outcome)
    lead = [
        Column(phrase("No."), NUMBER_WIDTH, [*_numbers(names), ""]),
        Column(phrase("Unit"), UNIT_WIDTH, [*names.values(), Bold(phrase("Total"))], "left"),
    ]
    room = page_width - NUMBER_WIDTH - UNIT_WIDTH
    tables: list[list[Column]] = []
    figures = [*_count_columns(outcome, names, language), *_rates(outcome, names, language)]
    for group in (list(columns) for _, columns in groupby(figures, lambda column: column.upper or column.heading)):
        if tables and len(tables[-1]) + len(group) <= int(room / NARROWEST):
            tables[-1] += group
        else:
            tables.append(group)
    return [[*lead, *_fit_columns(table, room, language)] for table in tables]


def _fit_columns(table: Sequence[Column], room: float, language: Language) -> Iterator[Column]:
    """Yield the columns with widths in proportion to their longest words and margins."""
    words = [language.say(column.heading).replace("-", "- ").split() for column in table]
    letters = [MARGIN_CHARACTERS + max(FIGURE_CHARACTERS, *map(len, found)) for found in words]
    for column, count in zip(table, letters, strict=True):
        yield column._replace(width=min(count * room / sum(letters), WIDEST))


def _count_columns(outcome: Outcome, units: Iterable[str], language: Language) -> Iterator[Column]:
    """Yield a column for each field; for an optional one only if a unit gave it."""
    counts_by_unit = {counts.unit: counts for counts in outcome.counts}
    for field in outcome.scorecard.plan.fields:
        reported = [unit for unit in outcome.counts if field.id in unit.values or field.id in unit.withheld]
        if reported or not field.optional:
            upper, heading = field.header.get("en" if language.tag == "en" else "vi") or ("", field.label)
            figures = [_figure(counts_by_unit.get(unit), field, language) for unit in units]
            total = Bold(_total(reported, field, outcome, language))
            yield Column(heading or upper, WIDEST, [*figures, total], upper=upper if heading else "")


def _figure(counts: UnitCounts | None, field: ReturnField, language: Language) -> str:
    if counts and field.id in counts.withheld:
        return SIGN[Status.WITHHELD]
    count = counts.values.get(field.id) if counts else None
    return SIGN[Status.NO_DATA] if count is None else language.number(count)


def _total(reported: Sequence[UnitCounts], field: ReturnField, outcome: Outcome, language: Language) -> str:
    """Return the sum of the reported counts; with a withheld count, only a sum that the province's findings show."""
    if not reported:
        return SIGN[Status.NO_DATA]
    if not any(field.id in counts.withheld for counts in reported):
        return language.number(sum(counts.values[field.id] for counts in reported))
    for finding in outcome.scorecard.of_province().findings:
        indicator = outcome.scorecard.plan.indicator_by_id[finding.indicator]
        sides = ((indicator.numerator, finding.numerator), (indicator.denominator, finding.denominator))
        for fields, count in sides:
            if fields == (field.id,) and count is not None:
                return language.number(count)
    return SIGN[Status.WITHHELD]


def _rates(outcome: Outcome, units: Iterable[str], language: Language) -> Iterator[Column]:
    """Yield the rates of the units and the province, a column for each indicator."""
    findings = {(finding.indicator, finding.unit): finding for finding in outcome.scorecard.findings}
    for indicator in outcome.scorecard.plan.indicators:
        *rates, total = (signed_rate(findings.get((indicator.id, unit)), language) for unit in (*units, None))
        yield Column(indicator.title, WIDEST, [*rates, Bold(total)], upper=phrase("Rate"))


def annex_legend(outcome: Outcome, language: Language) -> str:
    withheld = [Status.WITHHELD for counts in outcome.counts if counts.withheld]
    return legend(outcome.scorecard.findings, language, [Status.NO_DATA, *withheld])
