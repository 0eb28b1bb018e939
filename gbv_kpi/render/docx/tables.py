"""The tables in the report's body: the province's indicators, its units, and what is lacking where."""

from collections.abc import Mapping, Sequence

from gbv_kpi.language import phrase, plural
from gbv_kpi.outcome import Outcome
from gbv_kpi.render.docx.draft import Draft
from gbv_kpi.render.docx.grid import Cell
from gbv_kpi.render.docx.looks import POINT
from gbv_kpi.render.docx.wording import SIGN, last_year_rate, legend, short_result, signed_rate
from gbv_kpi.render.figures import MEANING, threshold_text
from gbv_kpi.render.sentences import amount_lacking
from gbv_kpi.scorecard import Finding, Status

__all__ = ["indicators_table", "lacking_table", "units_table"]

SHOWN_UNITS = 60  # in the body; the annex has all
SHOWN_LACKING = 100


def indicators_table(draft: Draft, outcome: Outcome, findings: Sequence[Finding]) -> None:
    """The province's indicators: threshold, result, last year, verdict."""
    language, plan = draft.language, outcome.scorecard.plan
    year = findings[0].year
    headings = (
        phrase("No."),
        phrase("Indicator"),
        phrase("Threshold in force"),
        phrase("Result of {year}", year=str(year)),
        str(year - 1),
        phrase("Assessment"),
    )
    rows = (
        [
            Cell(str(number)),
            Cell(draft.text(plan.indicator_by_id[finding.indicator].title), "left"),
            Cell(_threshold(finding, draft)),
            Cell(short_result(finding, language)),
            Cell(last_year_rate(outcome, finding, language) or SIGN[Status.NO_DATA]),
            Cell(draft.text(MEANING[finding.status]), bold=finding.status is Status.MISSED),
        ]
        for number, finding in enumerate(findings, start=1)
    )
    draft.table(None, (12, 43, 24, 42, 19, 25), [(draft.text(heading),) for heading in headings], rows)


def units_table(draft: Draft, outcome: Outcome, findings: Sequence[Finding]) -> None:
    """Each unit's rates and verdicts; of very many units those that miss a threshold."""
    plan = outcome.scorecard.plan
    by_unit: dict[str | None, dict[str, Finding]] = {}
    for finding in findings:
        by_unit.setdefault(finding.unit, {})[finding.indicator] = finding
    province = by_unit.pop(None)
    units = list(by_unit.values())
    shown = units if len(units) <= SHOWN_UNITS else [unit for unit in units if _misses(unit)][:SHOWN_UNITS]
    titles = [draft.text(indicator.title) for indicator in plan.indicators]
    headings = [(heading,) for heading in (draft.text(phrase("No.")), draft.text(phrase("Unit")), *titles)]
    rows = [
        [
            Cell(str(number)),
            Cell(draft.text(next(iter(unit.values())).unit_name or ""), "left"),
            *(Cell(signed_rate(unit[indicator.id], draft.language)) for indicator in plan.indicators),
        ]
        for number, unit in enumerate(shown, start=1)
    ]
    total = [Cell(), Cell(draft.text(plan.place), "left", bold=True)]
    rows.append([*total, *(Cell(signed_rate(province[i.id], draft.language), bold=True) for i in plan.indicators)])
    in_force = [Cell(), Cell(draft.text(phrase("Threshold in force")), "left")]
    rows.append([*in_force, *(Cell(_threshold(province[i.id], draft)) for i in plan.indicators)])
    widths = (12, 43, *[110 / len(plan.indicators)] * len(plan.indicators))
    draft.table(None, widths, headings, rows)
    if signs := legend(findings, draft.language):
        draft.write(phrase("Signs: {signs}.", signs=signs), POINT)
    if len(shown) < len(units):
        left_out = plural(
            "{count} more unit stands in the annex.", "{count} more units stand in the annex.", len(units) - len(shown)
        )
        draft.write(left_out, POINT)


def _misses(findings: Mapping[str, Finding]) -> bool:
    return any(finding.status is Status.MISSED for finding in findings.values())


def _threshold(finding: Finding, draft: Draft) -> str:
    return threshold_text(finding.threshold, draft.language) if finding.threshold else draft.text(phrase("not yet"))


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
            Cell(draft.text(amount_lacking(finding, plan.indicator_by_id[finding.indicator], draft.language)), "left"),
        ]
        for number, finding in enumerate(missed[:SHOWN_LACKING], start=1)
    )
    draft.table(None, (12, 40, 40, 36, 37), [(draft.text(heading),) for heading in headings], rows)
    if len(missed) > SHOWN_LACKING:
        more = len(missed) - SHOWN_LACKING
        draft.write(plural("{count} more is not listed.", "{count} more are not listed.", more), POINT)
