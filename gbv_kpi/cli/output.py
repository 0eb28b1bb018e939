"""A result handed over: what may be seen of it, in the format and to the place asked for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from gbv_kpi.cli.options import ReportFormat, expect_other_file
from gbv_kpi.console import print_bytes, print_pieces, print_rendered, print_text, warn
from gbv_kpi.errors import SourceError, UsageError
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.inputs import MEBIBYTE, UnreadableError, is_file, read_file, read_stdin

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from gbv_kpi.kpi.outcome import Outcome
    from gbv_kpi.kpi.publication import Publication
    from gbv_kpi.kpi.trend import Trend
    from gbv_kpi.ledger.database import Ledger
    from gbv_kpi.render.listing import Listing

Result = TypeVar("Result", bound="Outcome | Trend")

MAX_TEMPLATE = 50 * MEBIBYTE  # of a Word template, packed
MAX_PUBLICATION = 512 * MEBIBYTE


def read_bounded(name: str, max_bytes: int) -> bytes:
    """Return the content of a file, or of standard input for -. Raises `SourceError` for what cannot be read."""
    try:
        return read_stdin(max_bytes) if name == "-" else read_file(Path(name), max_bytes)
    except UnreadableError as error:
        raise SourceError(phrase("{name} cannot be opened: {reason}.", name=name, reason=error.reason)) from error


def file_to_annotate(names: Sequence[str], annotate: Path, plan: str) -> str:
    """Return the one file to mark. Raises `UsageError` for none or several, and for a copy that would replace it."""
    from gbv_kpi.sheets.sources import STDIN, find_sources

    expect_ending(annotate, ".xlsx")
    found, _ = find_sources(names)
    if len(found) != 1 or found[0] == STDIN:
        raise UsageError(phrase("--annotate marks one file: name just that file."))
    expect_other_file(annotate, [*found, plan], "--annotate")
    return found[0]


def expect_ending(path: Path | None, *endings: str) -> None:
    """Raise `UsageError` for a file that would not be taken for what it is to be."""
    if path is not None and path.suffix.lower() not in endings and (path.suffix or len(endings) == 1):
        wanted = ", ".join(ending for ending in endings if ending)
        raise UsageError(
            phrase("{path} does not end as a file of this command does: {endings}.", path=str(path), endings=wanted)
        )


def expect_new(path: Path | None, force: bool) -> None:
    """Raise `UsageError` for a file that is there and was not said to be replaced."""
    if path is not None and is_file(path) and not force:
        raise UsageError(
            phrase("{path} exists already: name another file, or replace it with --force.", path=str(path))
        )


def write_annotated(outcome: "Outcome", name: str, annotate: Path, quiet: bool, spoken: Language) -> None:
    """Write a copy of the file `name`, with what is wrong in it marked."""
    from gbv_kpi.annotate.workbook import annotate as marked_copy
    from gbv_kpi.sheets.sources import open_source

    emit(marked_copy(outcome.problems, open_source(name), spoken), annotate, spoken, quiet=quiet)


def docx_template_of(path: Path | None, format: ReportFormat) -> bytes | None:
    """An office's own Word document. Raises `UsageError` for a report that is no such document."""
    if path is None:
        return None
    if format is not ReportFormat.DOCX:
        raise UsageError(phrase("--docx-template is for a report in the format docx."))
    return read_bounded(str(path), MAX_TEMPLATE)


@dataclass(frozen=True)
class Former:
    """The former publications that a new one must not undo: JSON files, and those of a ledger that may record it."""

    files: Sequence[Path] = ()
    ledger: "Ledger | None" = None
    register: bool = False


def withhold(result: Result, limit: int | None, former: Former, spoken: Language) -> Result:
    """Return what may be seen of an outcome or a trend; without a limit that is all of it."""
    if limit is None:
        return result
    from gbv_kpi.kpi.outcome import Outcome
    from gbv_kpi.suppression import publishable, publishable_trend

    publish: Any = publishable if isinstance(result, Outcome) else publishable_trend
    files = [_publication(str(path)) for path in former.files]
    if former.ledger is None:
        shown: Result = publish(result, limit, files)
    else:
        from gbv_kpi.ledger.publications import add_publication, publications_of

        # Nobody else can choose before this publication is recorded.
        with former.ledger.writing() if former.register else former.ledger.reading() as connection:
            shown = publish(result, limit, [*files, *publications_of(connection)])
            if former.register and shown.withheld and shown.withheld.publication:
                add_publication(connection, shown.withheld.publication, datetime.now(UTC))
    if shown.withheld and shown.withheld.exposed:  # for the officer only: readers must not learn what to look for
        units = ", ".join(f"{name} ({year})" for year, name in shown.withheld.exposed)
        warning = phrase("Former publications tell small counts of {units}: they are protected no more.", units=units)
        warn(spoken.say(warning))
    return shown


def _publication(name: str) -> "Publication":
    from gbv_kpi.kpi.publication import publication_in

    try:
        return publication_in(read_bounded(name, MAX_PUBLICATION))
    except ValueError as error:
        message = phrase(
            "{file} is no publication: give the JSON that check, report or trend wrote with --publish.", file=name
        )
        raise UsageError(message) from error


def deliver(
    outcome: "Outcome",
    format: str,
    output: Path | None,
    quiet: bool,
    spoken: Language,
    written: Language | None = None,
    template: bytes | None = None,
) -> None:
    """Show the outcome and exit with its code; where all is well and silence was asked for, only fill the file."""
    from gbv_kpi.render.formats import rendered

    exit_code = outcome.exit_code
    silent = quiet and exit_code == 0
    say_left_out(outcome.left_out, silent, spoken)
    expect_other_file(output, [file.path for file in outcome.files])
    if output is not None or not silent:
        content = rendered(outcome, format, written or spoken, template)
        emit(content, output, spoken, format, quiet=quiet)
    raise typer.Exit(exit_code)


def say_left_out(files: Sequence[str], silent: bool, spoken: Language) -> None:
    if files and not silent:
        warn(spoken.say(phrase("Not read, being no spreadsheets: {files}.", files=", ".join(files))))


def emit_in_format(
    to: tuple[str, Language, Path | None],
    table: "Callable[[], RenderableType]",
    json: "Callable[[], str | Iterator[str]]",
    listing: "Callable[[], Listing]",
    *,
    quiet: bool = False,
) -> None:
    """Make a result in the format asked for and emit it; `to` has format, language and file."""
    from gbv_kpi.render.listing import in_format

    chosen, spoken, output = to
    emit(in_format(chosen, spoken, table, json, listing), output, spoken, chosen, quiet=quiet)


def emit(
    content: "str | bytes | Iterable[str] | RenderableType",
    output: Path | None,
    spoken: Language,
    format: str = "table",
    *,
    quiet: bool = False,
) -> None:
    """Print a result or write it to a file, and say on standard error what was written."""
    if isinstance(content, bytes):
        print_bytes(content, output)
    elif isinstance(content, str):
        print_text(content, output)
    elif not isinstance(content, Iterable):
        print_rendered(content, output)
    elif format == "csv" and output:  # Excel takes it for UTF-8 by this mark, which is in the way of programs in a pipe
        print_pieces(chain(["\ufeff"], content), output)
    else:
        print_pieces(content, output)
    if output is not None and is_file(output) and not quiet:
        warn(spoken.say(phrase("Wrote {file}.", file=str(output))))
