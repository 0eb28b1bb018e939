"""Withhold what a publication must not reveal, given the former ones."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.request import Request, expect_other_file, is_given, read_bounded
from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import phrase
from gbv_kpi.inputs import MEBIBYTE

if TYPE_CHECKING:
    from gbv_kpi.kpi.outcome import Outcome
    from gbv_kpi.kpi.publication import Publication
    from gbv_kpi.kpi.trend import Trend
    from gbv_kpi.ledger.database import Ledger

Result = TypeVar("Result", bound="Outcome | Trend")

MAX_PUBLICATION = 512 * MEBIBYTE


@dataclass(kw_only=True)
class Publishing:
    """What to publish of a result, and the former publications to respect.

    Raises `UsageError` for an option of --publish without it: counts meant to be withheld would be shown.
    """

    context: typer.Context
    publish: options.PublishOption = False
    min_count: options.MinCountOption = options.MIN_COUNT
    published: options.PublishedOption = None
    register: options.RegisterOption = False

    def __post_init__(self) -> None:
        for name in () if self.publish else ("min_count", "published", "register"):
            if is_given(self.context, name):
                raise UsageError("{option} requires --publish.", option="--" + name.replace("_", "-"))

    def withhold(self, result: Result, request: Request, ledger: "Ledger | None" = None) -> Result:
        """Return the publishable part of an outcome or a trend; all of it without --publish.

        Former publications are JSON files, and those of a ledger, which may record the new one.
        """
        if not self.publish:
            return result
        expect_other_file(request.output, self.published or ())
        from gbv_kpi.kpi.outcome import Outcome
        from gbv_kpi.suppression import publishable, publishable_trend

        publishable_part: Any = publishable if isinstance(result, Outcome) else publishable_trend
        files = [_publication(str(path)) for path in self.published or ()]
        if ledger is None:
            shown: Result = publishable_part(result, self.min_count, files)
        else:
            from gbv_kpi.ledger.query import add_publication, publications_of

            # The lock keeps others from publishing before this publication is recorded.
            with ledger.writing() if self.register else ledger.reading() as connection:
                recorded = [publication for _, publication in publications_of(connection)]
                shown = publishable_part(result, self.min_count, [*files, *recorded])
                if self.register and shown.withheld and shown.withheld.publication:
                    add_publication(connection, shown.withheld.publication, datetime.now(UTC))
        if shown.withheld and shown.withheld.exposed:  # not in the output: readers would learn where to look
            units = ", ".join(f"{name} ({year})" for year, name in shown.withheld.exposed)
            revealed = phrase(
                "Earlier publications already reveal small counts of {units}; these can no longer be protected.",
                units=units,
            )
            request.warn(revealed)
        return shown


def _publication(name: str) -> "Publication":
    from gbv_kpi.kpi.publication import publication_in

    try:
        return publication_in(read_bounded(name, MAX_PUBLICATION))
    except ValueError as error:
        raise UsageError(
            "{file} is not a publication: give the JSON that check, report or trend wrote with --publish.", file=name
        ) from error
