"""Sentences and signs as text of a terminal: coloured, but never markup."""

from rich.text import Text

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.finding import Status

STYLE = {
    Status.MET: "green",
    Status.MISSED: "bold red",
    Status.NOT_DUE: "cyan",
    Status.NO_CASES: "dim",
    Status.NO_DATA: "yellow",
    Status.MONITORED: "cyan",
    Status.WITHHELD: "dim",
}


def said(spoken: Phrase | Bilingual | str, language: Language, style: str = "") -> Text:
    """A sentence as text that is never markup and moves no cursor."""
    return Text(escape_controls(language.say(spoken)), style)
