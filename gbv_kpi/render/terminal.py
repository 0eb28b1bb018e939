"""An outcome as tables for a terminal, a log or a printout.

Status is told by a sign as well as by colour. Text that comes from files is never markup, and its
control characters are shown instead of acting.
"""

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gbv_kpi.language import Bilingual, Language, Phrase, phrase, plural
from gbv_kpi.outcome import Outcome
from gbv_kpi.output import visible
from gbv_kpi.plan import Indicator
from gbv_kpi.problems import Severity
from gbv_kpi.render.problems import problem_groups
from gbv_kpi.scorecard import Coverage, Finding, Scorecard, Status
from gbv_kpi.thresholds import Threshold

__all__ = ["to_terminal"]

SHOWN_UNITS = 100

MARK = {Status.MET: "✓", Status.MISSED: "✗", Status.NOT_DUE: "○", Status.NO_CASES: "–", Status.NO_DATA: "?"}
STYLE = {
    Status.MET: "green",
    Status.MISSED: "bold red",
    Status.NOT_DUE: "cyan",
    Status.NO_CASES: "dim",
    Status.NO_DATA: "yellow",
}
MEANING = {
    Status.MET: phrase("met"),
    Status.MISSED: phrase("missed"),
    Status.NOT_DUE: phrase("not due yet"),
    Status.NO_CASES: phrase("no cases"),
    Status.NO_DATA: phrase("not reported"),
}
SIGN = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}


def to_terminal(outcome: Outcome, language: Language) -> RenderableType:
    """The tables of every year, what is lacking, coverage, the problems by file, and the verdict last."""
    return Group(*_Writer(outcome, language).parts())


class _Writer:
    """One outcome being said in one language."""

    def __init__(self, outcome: Outcome, language: Language) -> None:
        self.outcome = outcome
        self.plan = outcome.scorecard.plan
        self.language = language

    def say(self, spoken: Phrase | Bilingual | str, style: str = "") -> Text:
        return Text(visible(self.language.say(spoken)), style)

    def parts(self) -> Iterator[RenderableType]:
        for coverage in self.outcome.scorecard.coverage:
            yield from self._year(self.outcome.scorecard.of_year(coverage.year), coverage)
        yield from problem_groups(self.outcome.problems, self.language)
        yield from self._verdicts()

    # ---------------------------------------------------------------- one year

    def _year(self, scorecard: Scorecard, coverage: Coverage) -> Iterator[RenderableType]:
        title = phrase("Plan {number}, year {year}", number=self.plan.number, year=str(coverage.year))
        yield self.say(title, "bold")
        if scorecard.findings:
            yield self._matrix(scorecard)
            yield self._legend(scorecard.findings)
            yield Text()
        yield from self._lacking(scorecard.findings)
        yield from self._not_due(scorecard.findings)
        yield from self._coverage(coverage)
        for indicator in self.plan.indicators:
            if indicator.caveat and any(f.indicator == indicator.id and f.status.has_rate for f in scorecard.findings):
                yield Text.assemble(
                    self.say(indicator.title, "italic"), (": ", "italic"), self.say(indicator.caveat, "italic")
                )
        yield Text()

    def _matrix(self, scorecard: Scorecard) -> Table:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
        table.add_column(self.say(phrase("Unit")), overflow="fold")
        for indicator in self.plan.indicators:
            table.add_column(self.say(indicator.title), justify="right", overflow="fold")
        cells: dict[str | None, dict[str, Finding]] = {}
        for finding in scorecard.findings:
            cells.setdefault(finding.unit, {})[finding.indicator] = finding
        units = [unit for unit in cells if unit is not None]
        shown = units if len(units) <= SHOWN_UNITS else [u for u in units if _any_missed(cells[u])][:SHOWN_UNITS]
        for unit in shown:
            name = next(iter(cells[unit].values())).unit_name or unit
            table.add_row(self.say(name), *(self._cell(cells[unit][i.id]) for i in self.plan.indicators))
        if len(shown) < len(units):
            left_out = plural("… {count} more unit", "… {count} more units", len(units) - len(shown))
            table.add_row(self.say(left_out, "dim"))
        table.add_section()
        province = cells[None]
        provisional = any(finding.provisional for finding in province.values())
        place = phrase("{place} (provisional)", place=self.plan.place) if provisional else self.plan.place
        table.add_row(
            self.say(place, "bold"),
            *(self._cell(province[i.id], with_counts=True) for i in self.plan.indicators),
        )
        table.add_row(
            self.say(phrase("Threshold in force"), "dim"),
            *(self.say(self._threshold(province[i.id].threshold), "dim") for i in self.plan.indicators),
        )
        return table

    def _cell(self, finding: Finding, *, with_counts: bool = False) -> Text:
        style = STYLE[finding.status]
        cell = Text(MARK[finding.status], style)
        if rate := self._rate(finding):
            cell.append(f" {rate}")
        if with_counts and finding.denominator is not None:
            cell.append(f"\n{self._counts(finding)}", "dim")
        return cell

    def _rate(self, finding: Finding) -> str:
        rate = finding.rate()
        if rate is None:
            return ""
        return self.language.percent(*rate) if finding.measure == "percent" else self.language.number(*rate)

    def _counts(self, finding: Finding) -> str:
        counts = (finding.numerator, finding.denominator)
        return "/".join("" if count is None else self.language.number(count) for count in counts)

    def _threshold(self, threshold: Threshold | None) -> Phrase | str:
        if threshold is None:
            return phrase("not yet")
        decimals = max(0, -int(threshold.bound.normalize().as_tuple().exponent))
        write = self.language.percent if threshold.measure == "percent" else self.language.number
        return f"{SIGN[threshold.comparator]} {write(threshold.bound, decimals)}"

    def _legend(self, findings: Iterable[Finding]) -> Text:
        present = {finding.status for finding in findings}
        legend = Text()
        for status in (status for status in Status if status in present):
            legend.append("   " if legend else "")
            legend.append(MARK[status], STYLE[status])
            legend.append(f" {self.language.say(MEANING[status])}", "dim")
        return legend

    # ---------------------------------------------------------------- below the matrix

    def _lacking(self, findings: Iterable[Finding]) -> Iterator[RenderableType]:
        missed = [finding for finding in findings if finding.status is Status.MISSED]
        if not missed:
            return
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
        for heading in (phrase("Missed"), phrase("Unit"), phrase("Result"), phrase("Lacking")):
            table.add_column(self.say(heading), overflow="fold")
        indicators = {indicator.id: indicator for indicator in self.plan.indicators}
        for finding in missed[:SHOWN_UNITS]:
            indicator = indicators[finding.indicator]
            result = f"{self._counts(finding)} = {self._rate(finding)}"
            scope = finding.unit_name or self.plan.place
            style = "bold" if finding.unit is None else ""
            table.add_row(
                self.say(indicator.title, style),
                self.say(scope, style),
                Text(result, style),
                self._amount(finding, indicator),
            )
        if len(missed) > SHOWN_UNITS:
            table.add_row(self.say(plural("… {count} more", "… {count} more", len(missed) - SHOWN_UNITS), "dim"))
        yield table
        yield Text()

    def _amount(self, finding: Finding, indicator: Indicator) -> Text:
        """How many are lacking, or too many where lower is better."""
        amount = self.language.number(finding.shortfall or 0)
        if finding.threshold and finding.threshold.lower_is_better:
            return self.say(phrase("{amount} too many", amount=amount))
        return Text(f"{amount} ({visible(self.language.say(indicator.noun))})" if indicator.noun else amount)

    def _not_due(self, findings: Iterable[Finding]) -> Iterator[RenderableType]:
        """The province's progress towards thresholds that come into force later."""
        titles = {indicator.id: indicator.title for indicator in self.plan.indicators}
        for finding in findings:
            coming = finding.next_threshold
            if finding.unit is not None or coming is None or finding.next_shortfall is None:
                continue
            reached = phrase("already reached")
            if finding.next_shortfall:
                reached = phrase("{count} short of it on this year's figures", count=finding.next_shortfall)
            yield self.say(
                phrase(
                    "{indicator}: {rate}; {threshold} from {year}: {reached}.",
                    indicator=titles[finding.indicator],
                    rate=self._rate(finding),
                    threshold=self._threshold(coming),
                    year=str(coming.since),
                    reached=reached,
                )
            )

    def _coverage(self, coverage: Coverage) -> Iterator[RenderableType]:
        if not coverage.expected:
            return
        received, expected = coverage.received, len(coverage.expected)
        if coverage.complete:
            yield self.say(phrase("All {expected} units have reported.", expected=expected))
            return
        partly = phrase(
            "{received} of {expected} units have a valid return; the overall figures are provisional.",
            received=received,
            expected=expected,
        )
        yield self.say(partly, "yellow")
        silent = [unit.name for unit in coverage.missing if unit not in coverage.refused]
        if silent:
            yield self.say(phrase("Missing: {units}.", units=_some(silent)))
        if coverage.refused:
            yield self.say(
                phrase("Refused, see the errors below: {units}.", units=_some([u.name for u in coverage.refused]))
            )

    # ---------------------------------------------------------------- the verdict

    def _verdicts(self) -> Iterator[RenderableType]:
        errors = sum(problem.severity is Severity.ERROR for problem in self.outcome.problems)
        if errors:
            refused = plural(
                "{count} error: the return it stands in counts in no figure.",
                "{count} errors: the returns they stand in count in no figure.",
                errors,
            )
            yield self.say(refused, "bold red")
        for coverage in self.outcome.scorecard.coverage:
            decisive = self.outcome.decisive(coverage.year)
            if not decisive:
                continue
            missed = [finding for finding in decisive if finding.status is Status.MISSED]
            year = str(coverage.year)
            yield self.say(
                self._province_verdict(year, missed)
                if decisive[0].unit is None
                else self._units_verdict(year, len({finding.unit for finding in decisive}), missed),
                "bold red" if missed else "bold green",
            )

    def _province_verdict(self, year: str, missed: Sequence[Finding]) -> Phrase:
        if not missed:
            return phrase("{year}: {place} meets every threshold in force.", year=year, place=self.plan.place)
        return plural(
            "{year}: {place} misses {count} threshold in force.",
            "{year}: {place} misses {count} thresholds in force.",
            len(missed),
            year=year,
            place=self.plan.place,
        )

    def _units_verdict(self, year: str, reported: int, missed: Sequence[Finding]) -> Phrase:
        if not missed:
            return phrase("{year}: every unit with a valid return meets every threshold in force.", year=year)
        return plural(
            "{year}: {count} of {reported} units with a valid return misses a threshold in force.",
            "{year}: {count} of {reported} units with a valid return miss a threshold in force.",
            len({finding.unit for finding in missed}),
            year=year,
            reported=reported,
        )


def _any_missed(findings: dict[str, Finding]) -> bool:
    return any(finding.status is Status.MISSED for finding in findings.values())


def _some(names: list[str]) -> str:
    return ", ".join(names[:20]) + (" …" if len(names) > 20 else "")
