"""An outcome as tables for a terminal, a log or a printout.

Status is told by a sign as well as by colour. Text that comes from files is never markup, and its
control characters are shown instead of acting.
"""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from gbv_kpi.language import Language, Phrase, phrase, plural
from gbv_kpi.outcome import Outcome
from gbv_kpi.output import visible
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.problems import Severity
from gbv_kpi.render.figures import counts_text, rate_text, said, threshold_text
from gbv_kpi.render.matrix import SHOWN_UNITS, legend, matrix, plain_table
from gbv_kpi.render.problems import problem_groups
from gbv_kpi.scorecard import Coverage, Finding, Scorecard, Status

__all__ = ["to_terminal"]

SHOWN_NAMES = 20


def to_terminal(outcome: Outcome, language: Language) -> RenderableType:
    """The tables of every year, what is lacking, coverage, the problems by file, and the verdict last."""
    return Group(*_parts(outcome, language))


def _parts(outcome: Outcome, language: Language) -> Iterator[RenderableType]:
    for coverage in outcome.scorecard.coverage:
        yield from _year(outcome.scorecard.of_year(coverage.year), coverage, language)
    yield from problem_groups(outcome.problems, language)
    yield from _verdicts(outcome, language)


def _year(scorecard: Scorecard, coverage: Coverage, language: Language) -> Iterator[RenderableType]:
    plan, findings = scorecard.plan, scorecard.findings
    yield said(phrase("Plan {number}, year {year}", number=plan.number, year=str(coverage.year)), language, "bold")
    if findings:
        yield matrix(scorecard, language)
        yield legend(findings, language)
        yield Text()
    yield from _lacking(plan, findings, language)
    yield from _coming(plan, findings, language)
    yield from _coverage(coverage, language)
    for indicator in plan.indicators:
        if indicator.caveat and any(f.indicator == indicator.id and f.status.has_rate for f in findings):
            caveat = phrase("{indicator}: {caveat}", indicator=indicator.title, caveat=indicator.caveat)
            yield said(caveat, language, "italic")
    yield Text()


def _lacking(plan: Plan, findings: Sequence[Finding], language: Language) -> Iterator[RenderableType]:
    """Every threshold missed, with the whole number that is lacking."""
    missed = [finding for finding in findings if finding.status is Status.MISSED]
    if not missed:
        return
    table = plain_table()
    for heading in (phrase("Missed"), phrase("Unit"), phrase("Result"), phrase("Lacking")):
        table.add_column(said(heading, language), overflow="fold")
    indicators = {indicator.id: indicator for indicator in plan.indicators}
    for finding in missed[:SHOWN_UNITS]:
        indicator = indicators[finding.indicator]
        style = "bold" if finding.unit is None else ""
        table.add_row(
            said(indicator.title, language, style),
            said(finding.unit_name or plan.place, language, style),
            Text(f"{counts_text(finding, language)} = {rate_text(finding, language)}", style),
            _amount(finding, indicator, language),
        )
    if len(missed) > SHOWN_UNITS:
        table.add_row(said(plural("… {count} more", "… {count} more", len(missed) - SHOWN_UNITS), language, "dim"))
    yield table
    yield Text()


def _amount(finding: Finding, indicator: Indicator, language: Language) -> Text:
    """How many are lacking, or too many where lower is better."""
    amount = language.number(finding.shortfall or 0)
    if finding.threshold and finding.threshold.lower_is_better:
        return said(phrase("{amount} too many", amount=amount), language)
    return Text(f"{amount} ({visible(language.say(indicator.noun))})" if indicator.noun else amount)


def _coming(plan: Plan, findings: Iterable[Finding], language: Language) -> Iterator[RenderableType]:
    """The province's progress towards thresholds that come into force later."""
    titles = {indicator.id: indicator.title for indicator in plan.indicators}
    for finding in findings:
        coming = finding.next_threshold
        if finding.unit is not None or coming is None or finding.next_shortfall is None:
            continue
        reached = phrase("already reached")
        if finding.next_shortfall:
            reached = phrase("{count} short of it on this year's figures", count=finding.next_shortfall)
        progress = phrase(
            "{indicator}: {rate}; {threshold} from {year}: {reached}.",
            indicator=titles[finding.indicator],
            rate=rate_text(finding, language),
            threshold=threshold_text(coming, language),
            year=str(coming.since),
            reached=reached,
        )
        yield said(progress, language)


def _coverage(coverage: Coverage, language: Language) -> Iterator[RenderableType]:
    received, expected = coverage.received, len(coverage.expected)
    if not expected:
        return
    if coverage.partly:
        partly = phrase(
            "Of {units} only a part has reported; the overall figures are provisional.",
            units=_first([unit.name for unit in coverage.partly]),
        )
        yield said(partly, language, "yellow")
    if coverage.complete:
        if not coverage.partly:
            yield said(phrase("All {expected} units have reported.", expected=expected), language)
        return
    received_so_far = phrase(
        "{received} of {expected} units have a valid return; the overall figures are provisional.",
        received=received,
        expected=expected,
    )
    yield said(received_so_far, language, "yellow")
    if silent := [unit.name for unit in coverage.missing if unit not in coverage.refused]:
        yield said(phrase("Missing: {units}.", units=_first(silent)), language)
    if refused := [unit.name for unit in coverage.refused]:
        yield said(phrase("Refused, see the errors below: {units}.", units=_first(refused)), language)


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN_NAMES]) + (" …" if len(names) > SHOWN_NAMES else "")


def _verdicts(outcome: Outcome, language: Language) -> Iterator[RenderableType]:
    """The last lines, which stay on the screen: errors, then each year's verdict."""
    errors = sum(problem.severity is Severity.ERROR for problem in outcome.problems)
    if errors:
        refused = plural(
            "{count} error: the return it stands in counts in no figure.",
            "{count} errors: the returns they stand in count in no figure.",
            errors,
        )
        yield said(refused, language, "bold red")
    for year in outcome.scorecard.years:
        decisive = outcome.decisive(year)
        missed = [finding for finding in decisive if finding.status is Status.MISSED]
        if decisive:
            of_province = decisive[0].unit is None
            verdict = (
                _province_verdict(outcome, year, missed) if of_province else _units_verdict(year, decisive, missed)
            )
            yield said(verdict, language, "bold red" if missed else "bold green")


def _province_verdict(outcome: Outcome, year: int, missed: Sequence[Finding]) -> Phrase:
    place = outcome.scorecard.plan.place
    if not missed:
        return phrase("{year}: {place} meets every threshold in force.", year=str(year), place=place)
    return plural(
        "{year}: {place} misses {count} threshold in force.",
        "{year}: {place} misses {count} thresholds in force.",
        len(missed),
        year=str(year),
        place=place,
    )


def _units_verdict(year: int, decisive: Sequence[Finding], missed: Sequence[Finding]) -> Phrase:
    if not missed:
        return phrase("{year}: every unit with a valid return meets every threshold in force.", year=str(year))
    return plural(
        "{year}: {count} of {reported} units with a valid return misses a threshold in force.",
        "{year}: {count} of {reported} units with a valid return miss a threshold in force.",
        len({finding.unit for finding in missed}),
        year=str(year),
        reported=len({finding.unit for finding in decisive}),
    )
