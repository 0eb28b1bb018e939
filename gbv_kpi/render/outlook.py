"""What the province's verdicts can still become while units are missing, for a person."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from gbv_kpi.language import Language, phrase
from gbv_kpi.outcome import Outcome
from gbv_kpi.outlook import Prospect
from gbv_kpi.output import visible

__all__ = ["outlook_lines"]

ESTIMATED = {
    Prospect.MET: phrase("met, whatever the missing units report, if they count as many as last year (estimate)"),
    Prospect.MISSED: phrase("missed, whatever the missing units report, if they count as many as last year (estimate)"),
}
EXACT = {
    Prospect.MET: phrase("met, whatever the missing units report"),
    Prospect.MISSED: phrase("missed, whatever the missing units report"),
    Prospect.OPEN: phrase("open: it depends on the missing units"),
}


def outlook_lines(outcome: Outcome, language: Language) -> Iterator[RenderableType]:
    """A line for each provisional verdict; nothing where all units have reported."""
    titles = {indicator.id: indicator.title for indicator in outcome.scorecard.plan.indicators}
    for outlook in outcome.outlook:
        words = (ESTIMATED if outlook.estimated else EXACT)[outlook.prospect]
        line = phrase(
            "{indicator}, {year}: {outlook}.",
            indicator=titles[outlook.indicator],
            year=str(outlook.year),
            outlook=words,
        )
        yield Text(visible(language.say(line)), "yellow")
