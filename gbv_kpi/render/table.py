"""Define a table of texts for any output."""

from collections.abc import Sequence
from dataclasses import dataclass

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase


@dataclass(frozen=True, slots=True)
class Styled:
    """A text without control characters, the sign before it and the counts after it."""

    text: str
    style: str = ""  # a style of rich; in a legend that of the sign
    sign: str = ""
    counts: str = ""


def styled(words: Phrase | Bilingual | str, language: Language, style: str = "") -> Styled:
    return Styled(escape_controls(language.say(words)), style)


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; figures, and whole texts such as days and addresses, are not broken over lines."""

    heading: str
    is_figure: bool = False
    is_unbroken: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; a row may lack its last cells. A rule is drawn above the row `rule_above`."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Styled]]
    rule_above: int = -1
