"""A table of texts, whatever it is drawn on."""

from collections.abc import Sequence
from dataclasses import dataclass

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase


@dataclass(frozen=True, slots=True)
class Styled:
    """A text without control characters, the sign before it and the counts after it."""

    text: str
    style: str = ""  # as rich names it; the one of a sign where there is one in a legend
    sign: str = ""
    counts: str = ""


def styled(spoken: Phrase | Bilingual | str, language: Language, style: str = "") -> Styled:
    return Styled(escape_controls(language.say(spoken)), style)


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; a figure, a day or an address must not be broken over lines."""

    heading: str
    is_figure: bool = False
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns, of which the last ones may be blank; a rule is drawn above the row `rule_above`."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Styled]]
    rule_above: int = -1
