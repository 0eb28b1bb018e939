"""Write the sentences about an outcome and the events of its year, the same on a terminal, a page and paper."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from gbv_kpi.i18n import Bilingual, Detail, Language, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.outlook import Outlook, Prospect
from gbv_kpi.kpi.scorecard import Coverage, Scorecard
from gbv_kpi.plan import Indicator, Plan, Unit
from gbv_kpi.plan.thresholds import shown_rate
from gbv_kpi.problems import error_count
from gbv_kpi.render import formatting

if TYPE_CHECKING:
    from gbv_kpi.kpi.publication import Withheld
    from gbv_kpi.kpi.trend import Path, Trend
    from gbv_kpi.kpi.year_record import Change, Event, YearRecord

SHOWN_NAMES = 20
SHORT_HASH = 12  # characters in a sentence; JSON has them all
COMMON_NOUNS = ("tỉnh ", "thành phố ", "huyện ", "quận ", "thị xã ", "xã ", "phường ", "thị trấn ", "cả ", "toàn ")

ESTIMATED = {
    Prospect.MET: phrase("met, whatever the missing units report, if they count as many as last year (estimate)"),
    Prospect.MISSED: phrase("missed, whatever the missing units report, if they count as many as last year (estimate)"),
}
EXACT = {
    Prospect.MET: phrase("met, whatever the missing units report"),
    Prospect.MISSED: phrase("missed, whatever the missing units report"),
    Prospect.OPEN: phrase("open: it depends on the missing units"),
}


def verdict(outcome: Outcome, year: int) -> Phrase | None:
    """Return the year's verdict; None where nothing was judged."""
    scorecard, plan = outcome.scorecard.of_year(year).judged, outcome.scorecard.plan
    if outcome.province_decides(year):
        scorecard = scorecard.of_province()
        if scorecard.frame.empty:
            return None
        missed = len(scorecard.missed)
        judged = missed + len(scorecard.with_status(Status.MET).frame)
        words = province_verdict(plan, year, missed, judged)
        if judged and scorecard.frame["provisional"].any():
            words = phrase("{verdict} This is provisional.", verdict=words)
    elif not scorecard.unit_count:
        return None
    elif missed := len(scorecard.units_with_misses):
        words = plural(
            "{year}: {count} of {reported} units with a valid return misses a threshold in force.",
            "{year}: {count} of {reported} units with a valid return miss a threshold in force.",
            missed,
            year=str(year),
            reported=scorecard.unit_count,
        )
    else:
        words = phrase("{year}: every unit with a valid return meets every threshold in force.", year=str(year))
    if Status.WITHHELD in scorecard.statuses and Status.WITHHELD in outcome.decisive(year).statuses:
        return phrase("{verdict} Withheld results are not counted.", verdict=words)
    return words


def province_verdict(plan: Plan, year: int, missed: int, judged: int) -> Phrase:
    """Return the verdict of a province that misses some of the thresholds it is judged by."""
    details: dict[str, Detail] = {"year": str(year), "place": within_sentence(plan.place)}
    if not judged:
        return phrase("{year}: no threshold of {place} could be judged.", **details)
    if not missed:
        return phrase("{year}: {place} meets every threshold in force.", **details)
    return plural(
        "{year}: {place} meets {met} of {judged} thresholds in force; {count} is missed.",
        "{year}: {place} meets {met} of {judged} thresholds in force; {count} are missed.",
        missed,
        **details,
        met=judged - missed,
        judged=judged,
    )


def within_sentence(name: Bilingual) -> Bilingual:
    """Return the name of a place as written within a Vietnamese sentence: tỉnh Ninh Bình."""
    first = name.vi[:1].lower() + name.vi[1:]
    return Bilingual(first, name.en) if first.startswith(COMMON_NOUNS) else name


def refused_returns(outcome: Outcome) -> Phrase | None:
    """Return how many errors there are, None where there is none."""
    errors = error_count(outcome.problems)
    words = plural(
        "{count} error: the affected return is excluded from all figures.",
        "{count} errors: the affected returns are excluded from all figures.",
        errors,
    )
    return words if errors else None


def amount_lacking(finding: Finding, indicator: Indicator, *, to_next: bool = False) -> Phrase:
    """Return how many are lacking to a threshold, or are above it where lower is better, with their noun."""
    threshold = finding.next_threshold if to_next else finding.threshold
    count = (finding.next_shortfall if to_next else finding.shortfall) or 0
    noun = indicator.noun
    if threshold and threshold.lower_is_better:
        bare = phrase("{amount} too many", amount=count)
        return phrase("{amount} too many ({noun})", amount=count, noun=noun) if noun else bare
    return phrase("{lacking} ({noun})", lacking=count, noun=noun) if noun else phrase("{lacking}", lacking=count)


def progress(finding: Finding, indicator: Indicator, language: Language) -> Phrase | None:
    """Return the province's progress towards a threshold that comes into force later; None where there is none."""
    coming = finding.next_threshold
    if finding.unit is not None or coming is None or finding.next_shortfall is None:
        return None
    rate, level = formatting.rate_text(finding, language), formatting.level_text(coming, language)
    details = {"rate": rate, "threshold": level, "year": str(coming.since)}
    if not finding.next_shortfall:
        return phrase("{rate}, which already reaches the {threshold} set for {year}", **details)
    lacking = amount_lacking(finding, indicator, to_next=True)
    return phrase(
        "{rate}; for the {threshold} set for {year}: {lacking} (on the figures of {this_year})",
        **details,
        lacking=lacking if coming.lower_is_better else phrase("{amount} lacking", amount=lacking),
        this_year=str(finding.year),
    )


def completeness(coverage: Coverage, *, lists_errors: bool = True) -> Iterator[tuple[Phrase, bool]]:
    """Yield sentences on who has reported, each with whether it makes the figures provisional.

    An output that does not list the errors counts refused units among the missing.
    """
    if not coverage.has_expected_units:
        yield (
            plural(
                "{count} unit has a valid return. The plan lists no units, so completeness is unknown.",
                "{count} units have a valid return. The plan lists no units, so completeness is unknown.",
                coverage.reported,
            ),
            True,
        )
        return
    if coverage.partly:
        units = _first_names(coverage.partly)
        yield phrase("Only part of {units} has reported; the overall figures are provisional.", units=units), True
    count = len(coverage.expected)
    if coverage.complete:
        yield plural("The one expected unit has reported.", "All {count} expected units have reported.", count), False
        return
    received = plural(
        "{received} of {count} expected unit has a valid return; the overall figures are provisional.",
        "{received} of {count} expected units have a valid return; the overall figures are provisional.",
        count,
        received=coverage.received,
    )
    yield received, True
    refused = {unit.code for unit in coverage.refused if lists_errors}
    if silent := [unit for unit in coverage.missing if unit.code not in refused]:
        yield phrase("Missing: {units}.", units=_first_names(silent)), False
    if coverage.refused:
        below = phrase("Refused (see the errors below): {units}.", units=_first_names(coverage.refused))
        sent = phrase("Of these returned to the sender for correction: {units}.", units=_first_names(coverage.refused))
        yield below if lists_errors else sent, False


def _first_names(units: Sequence[Unit]) -> str:
    names = ", ".join(unit.name for unit in units[:SHOWN_NAMES])
    return f"{names} …" if len(units) > SHOWN_NAMES else names


def monitored_figures(scorecard: Scorecard, trend: "Trend | None", language: Language) -> Iterator[tuple[str, Phrase]]:
    """Yield the province's monitored figures by indicator: this year's, and last year's where it is known."""
    for finding in scorecard.monitored.of_province().findings:
        yield finding.indicator, figure(scorecard.plan, finding, trend, language)


def figure(plan: Plan, finding: Finding, trend: "Trend | None", language: Language) -> Phrase:
    has_rate = finding.status.has_rate
    words = formatting.result_text(finding, language) if has_rate else formatting.MEANING[finding.status]
    shown = formatting.marked(words, finding.provisional and has_rate)
    details = {"indicator": plan.indicator_by_id[finding.indicator].title, "figure": shown}
    if previous := last_year_rate(trend, finding, language):
        return phrase("{indicator}: {figure}; {year}: {rate}.", **details, year=str(finding.year - 1), rate=previous)
    return phrase("{indicator}: {figure}.", **details)


def last_year(trend: "Trend | None", finding: Finding) -> Finding | None:
    """Return the province's finding of the year before; None where it is not known."""
    return trend.of_province.get((finding.indicator, finding.year - 1)) if trend else None


def last_year_rate(trend: "Trend | None", finding: Finding, language: Language) -> str:
    """Return the province's rate of the year before; nothing where it is not known."""
    previous = last_year(trend, finding)
    if previous is None or not (rate := formatting.rate_text(previous, language)):
        return ""
    return language.say(formatting.marked(rate, previous.provisional))


def caveats(plan: Plan, rated: Collection[str]) -> Iterator[Phrase]:
    """Yield the notes that accompany an indicator wherever its rate is shown."""
    for indicator in plan.all_indicators:
        if indicator.caveat and indicator.id in rated:
            yield phrase("{indicator}: {caveat}", indicator=indicator.title, caveat=indicator.caveat)


def withheld_reason(withheld: "Withheld") -> Phrase:
    return phrase(
        "Counts of victims or cases from 1 to {most} are not published, nor anything they could be derived from.",
        most=withheld.min_count - 1,
    )


def withheld_notes(plan: Plan, withheld: "Withheld | None", language: Language) -> Sequence[Phrase | str]:
    """Return what a published output leaves out and why; nothing where it shows everything."""
    if withheld is None:
        return []
    from gbv_kpi.render.jinja import text_of  # here: most outputs are not published

    functions = (withheld_reason,)
    return text_of(
        "withheld.txt.j2", language, functions, plan=plan, withheld=withheld, MARK=formatting.MARK
    ).splitlines()


def outlook(plan: Plan, found: Outlook) -> Phrase:
    """Return the verdict that a provisional one can still become."""
    return phrase(
        "{indicator}, {year}: {outlook}.",
        indicator=plan.indicator_by_id[found.indicator].title,
        year=str(found.year),
        outlook=(ESTIMATED if found.estimated else EXACT)[found.prospect],
    )


def path(found: "Path", language: Language) -> Phrase:
    """Return whether the last year lies on the straight path to the next threshold."""
    details = {
        "threshold": formatting.threshold_text(found.milestone, language),
        "year": str(found.milestone.since),
        "wanted": formatting.number_text(*shown_rate(found.wanted, ()), found.milestone.measure, language),
    }
    if found.ahead:
        return phrase("on track for {threshold} in {year} (required now: {wanted})", **details)
    return phrase("behind schedule for {threshold} in {year} (required now: {wanted})", **details)


def marks_explained(trend: "Trend") -> Iterator[tuple[str, Phrase]]:
    points = [point for series in trend.series for point in series.points]
    if any(point.recast for point in points):
        yield formatting.RECAST, phrase("recast: the sum of the units that have merged into this one")
    if any(point.finding.provisional for point in points):
        yield formatting.PROVISIONAL, phrase("provisional: not all units have reported, or the plan does not list them")


def event_sentence(event: "Event") -> Phrase:
    details = {"year": str(event.year), "at": formatting.clock_text(event.at), "who": event.who}
    about = {"unit": event.unit_name, "text": event.text, **details}
    match event.kind:
        case "withdraw":
            return phrase("{unit}, {year}: withdrawn on {at} by {who}: {text}", **about)
        case "note":
            return phrase("{unit}, {year}: note of {at} by {who}: {text}", **about)
        case "sign":
            short = (event.findings or "")[:SHORT_HASH]
            return phrase("{year} was signed on {at} by {who} (findings {hash}).", **details, hash=short)


def record_sentences(record: "YearRecord | None", plan: Plan, language: Language) -> Sequence[Phrase | str]:
    """Return the fields that the plan lacks, the notes, the signature, and cell by cell what has changed since."""
    if record is None or not (record.notes or record.signature or record.unknown_fields):
        return []
    from gbv_kpi.render.jinja import text_of  # here: most reports have no record

    functions = (event_sentence, fields_changed)
    return text_of("record.txt.j2", language, functions, record=record, plan=plan).splitlines()


def fields_changed(
    changes: "Iterable[Change]", plan: Plan, language: Language, *, with_cells: bool = False
) -> Iterator[str]:
    """Yield each field with its counts before and after: Số cơ sở giáo dục: 92 → 93 (L4)."""
    for change in changes:
        field = plan.field_by_id.get(change.field)
        old, new = ("–" if count is None else language.number(count) for count in (change.old, change.new))
        cell = f" ({change.new_cell})" if with_cells and change.new_cell else ""
        yield f"{language.say(field.label) if field else change.field}: {old} → {new}{cell}"
