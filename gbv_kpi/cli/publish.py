"""Withhold what a publication must not reveal, given the former ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gbv_kpi.cli.output import read_bounded
from gbv_kpi.console import warn
from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.inputs import MEBIBYTE

if TYPE_CHECKING:
    from gbv_kpi.kpi.outcome import Outcome
    from gbv_kpi.kpi.publication import Publication
    from gbv_kpi.kpi.trend import Trend
    from gbv_kpi.ledger.database import Ledger

Result = TypeVar("Result", bound="Outcome | Trend")

MAX_PUBLICATION = 512 * MEBIBYTE


@dataclass(frozen=True)
class Former:
    """The former publications to respect: JSON files, and those of a ledger, which may record the new one."""

    files: Sequence[Path] = ()
    ledger: "Ledger | None" = None
    register: bool = False


def withhold(result: Result, limit: int | None, former: Former, spoken: Language) -> Result:
    """Return the publishable part of an outcome or a trend; all of it without a limit."""
    if limit is None:
        return result
    from gbv_kpi.kpi.outcome import Outcome
    from gbv_kpi.suppression import publishable, publishable_trend

    publish: Any = publishable if isinstance(result, Outcome) else publishable_trend
    files = [_publication(str(path)) for path in former.files]
    if former.ledger is None:
        shown: Result = publish(result, limit, files)
    else:
        from gbv_kpi.ledger.query import add_publication, publications_of

        # The lock keeps others from publishing before this publication is recorded.
        with former.ledger.writing() if former.register else former.ledger.reading() as connection:
            recorded = [publication for _, publication in publications_of(connection)]
            shown = publish(result, limit, [*files, *recorded])
            if former.register and shown.withheld and shown.withheld.publication:
                add_publication(connection, shown.withheld.publication, datetime.now(UTC))
    if shown.withheld and shown.withheld.exposed:  # not in the output: it would tell readers where to look
        units = ", ".join(f"{name} ({year})" for year, name in shown.withheld.exposed)
        warning = phrase(
            "Earlier publications already reveal small counts of {units}; these can no longer be protected.",
            units=units,
        )
        warn(spoken.say(warning))
    return shown


def _publication(name: str) -> "Publication":
    from gbv_kpi.kpi.publication import publication_in

    try:
        return publication_in(read_bounded(name, MAX_PUBLICATION))
    except ValueError as error:
        message = phrase(
            "{file} is not a publication: give the JSON that check, report or trend wrote with --publish.", file=name
        )
        raise UsageError(message) from error
