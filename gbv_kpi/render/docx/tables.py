"""The tables in the report's body: the province's indicators, its units, and what is lacking where."""

from collections.abc import Sequence

from gbv_kpi.i18n import phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.render.docx.draft import Draft
from gbv_kpi.render.docx.styles import POINT
from gbv_kpi.render.docx.table_xml import Cell
from gbv_kpi.render.docx.wording import SIGN, judged, legend, short_result, signed_rate, unit_names
from gbv_kpi.render.formatting import target_text
from gbv_kpi.render.sentences import amount_lacking, last_year_rate

SHOWN_UNITS = 60  # in the body; the annex has all
SHOWN_LACKING = 100


def indicators_table(draft: Draft, outcome: Outcome, findings: Sequence[Finding]) -> None:
    """The province's indicators: threshold, result, last year, verdict."""
    language, plan = draft.language, outcome.scorecard.plan
    year = findings[0].year
    headings = (
        phrase("No."),
        phrase("Indicator"),
        phrase("Target in force"),
        phrase("Result of {year}", year=str(year)),
        phrase("Year {year}", year=str(year - 1)),
        phrase("Assessment"),
    )
    rows = (
        [
            Cell(str(number)),
            Cell(draft.text(plan.indicator_by_id[finding.indicator].title), "left"),
            Cell(_target(outcome, finding, draft)),
            Cell(short_result(finding, language)),
            Cell(last_year_rate(outcome.trend, finding, language) or SIGN[Status.NO_DATA]),
            Cell(draft.text(judged(finding)), bold=finding.status is Status.MISSED),
        ]
        for number, finding in enumerate(findings, start=1)
    )
    draft.table(None, (12, 40, 26, 41, 19, 27), [(draft.text(heading),) for heading in headings], rows)


def units_table(draft: Draft, outcome: Outcome) -> None:
    """Each unit's rates, and which miss a threshold; of very many units only those that do."""
    plan, language = outcome.scorecard.plan, draft.language
    findings = {(finding.unit, finding.indicator): finding for finding in outcome.scorecard.findings}
    units = unit_names(outcome)
    missing_one = {finding.unit for finding in findings.values() if finding.status is Status.MISSED}
    shown = list(units) if len(units) <= SHOWN_UNITS else [unit for unit in units if unit in missing_one][:SHOWN_UNITS]
    titles = [draft.text(indicator.title) for indicator in plan.indicators]
    headings = [(heading,) for heading in (draft.text(phrase("No.")), draft.text(phrase("Unit")), *titles)]
    rows = [
        [
            Cell(str(number)),
            Cell(draft.text(units[unit]), "left"),
            *(Cell(signed_rate(findings.get((unit, one.id)), language)) for one in plan.indicators),
        ]
        for number, unit in enumerate(shown, start=1)
    ]
    province = [findings[None, indicator.id] for indicator in plan.indicators]
    provisional = any(finding.provisional for finding in province)
    place = phrase("{place} (provisional)", place=plan.place) if provisional else plan.place
    total = [Cell(), Cell(draft.text(place), "left", bold=True)]
    rows.append([*total, *(Cell(signed_rate(finding, language), bold=True) for finding in province)])
    in_force = [Cell(), Cell(draft.text(phrase("Target in force")), "left")]
    rows.append([*in_force, *(Cell(_target(outcome, finding, draft)) for finding in province)])
    widths = (12, 43, *[110 / len(plan.indicators)] * len(plan.indicators))
    draft.table(None, widths, headings, rows)
    without = [Status.NO_DATA] if any((unit, plan.indicators[0].id) not in findings for unit in shown) else []
    if signs := legend(outcome.scorecard.judged.findings, language, without):
        draft.write(phrase("Signs: {signs}.", signs=signs), POINT)
    if len(shown) < len(units):
        more = len(units) - len(shown)
        draft.write(
            plural("{count} more unit stands in the annex.", "{count} more units stand in the annex.", more), POINT
        )


def _target(outcome: Outcome, finding: Finding, draft: Draft) -> str:
    if finding.threshold is None:
        return draft.text(phrase("not yet"))
    return target_text(finding.threshold, outcome.scorecard.plan.indicator_by_id[finding.indicator], draft.language)


def lacking_table(draft: Draft, outcome: Outcome, missed: Sequence[Finding]) -> None:
    """Every threshold missed, the province before its units, with the whole number that is lacking."""
    plan = outcome.scorecard.plan
    headings = (phrase("No."), phrase("Indicator"), phrase("Unit"), phrase("Result"), phrase("Lacking"))
    rows = (
        [
            Cell(str(number)),
            Cell(draft.text(plan.indicator_by_id[finding.indicator].title), "left", bold=finding.unit is None),
            Cell(draft.text(finding.unit_name or plan.place), "left", bold=finding.unit is None),
            Cell(short_result(finding, draft.language)),
            Cell(draft.text(amount_lacking(finding, plan.indicator_by_id[finding.indicator])), "left"),
        ]
        for number, finding in enumerate(missed[:SHOWN_LACKING], start=1)
    )
    draft.table(None, (12, 40, 40, 36, 37), [(draft.text(heading),) for heading in headings], rows)
    if len(missed) > SHOWN_LACKING:
        more = len(missed) - SHOWN_LACKING
        draft.write(plural("{count} more is not listed.", "{count} more are not listed.", more), POINT)
