"""An outcome handed over: what may be seen of it, in the format and to the place asked for, with its exit code."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gbv_kpi.cli.options import ReportFormat
from gbv_kpi.console import atomic_write, print_bytes, print_pieces, print_rendered, warn
from gbv_kpi.errors import SourceError, UsageError
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.inputs import MEBIBYTE, UnreadableError, is_file, read_file, read_stdin

if TYPE_CHECKING:
    from gbv_kpi.kpi.outcome import Outcome


MAX_TEMPLATE = 50 * MEBIBYTE  # of a Word template, packed


def read_bounded(name: str, max_bytes: int) -> bytes:
    """Return the content of a file, or of standard input for -. Raises `SourceError` for what cannot be read."""
    try:
        return read_stdin(max_bytes) if name == "-" else read_file(Path(name), max_bytes)
    except UnreadableError as error:
        raise SourceError(phrase("{name} cannot be opened: {reason}.", name=name, reason=error.reason)) from error


def file_to_annotate(names: Sequence[str], annotate: Path) -> str:
    """The one file to mark. Raises `UsageError` for none or several, and for a copy in place of the original."""
    from gbv_kpi.sheets.sources import STDIN, find_sources

    expect_xlsx(annotate)
    found, _ = find_sources(names)
    if len(found) != 1 or found[0] == STDIN:
        raise UsageError(phrase("--annotate marks one file: name just that file."))
    _expect_other_file(annotate, found, "--annotate")
    return found[0]


def expect_xlsx(path: Path) -> None:
    """Raises `UsageError` for a file that would not be taken for the workbook it is to be."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError(phrase("{path} is written as an Excel workbook: let its name end in .xlsx.", path=str(path)))


def write_annotated(outcome: "Outcome", name: str, annotate: Path, spoken: Language) -> None:
    """A copy of the file `name` at `annotate`, with what is wrong in it marked."""
    from gbv_kpi.annotate.workbook import annotate as marked_copy
    from gbv_kpi.sheets.sources import open_source

    atomic_write(annotate, marked_copy(outcome.problems, open_source(name), spoken))


def docx_template_of(path: Path | None, format: ReportFormat) -> bytes | None:
    """An office's own Word document. Raises `UsageError` for a report that is no such document."""
    if path is None:
        return None
    if format is not ReportFormat.DOCX:
        raise UsageError(phrase("--docx-template is for a report in the format docx."))
    return read_bounded(str(path), MAX_TEMPLATE)


def published(outcome: "Outcome", limit: int | None) -> "Outcome":
    """What may be seen of it where counts below a limit are withheld; all of it where there is none."""
    if limit is None:
        return outcome
    from gbv_kpi.suppression import publishable

    return publishable(outcome, limit)


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
    exit_code = outcome.exit_code
    silent = quiet and exit_code == 0
    if outcome.left_out and not silent:
        warn(spoken.say(phrase("Not read, being no spreadsheets: {files}.", files=", ".join(outcome.left_out))))
    if output is not None:
        _expect_other_file(output, [file.path for file in outcome.files], "--output")
    if output is not None or not silent:
        _show(outcome, format, output, written or spoken, template)
    raise typer.Exit(exit_code)


def _show(outcome: "Outcome", format: str, output: Path | None, spoken: Language, template: bytes | None) -> None:
    if format == "table":
        from gbv_kpi.render.terminal import to_terminal

        print_rendered(to_terminal(outcome, spoken), output)
        return
    from gbv_kpi.render.formats import rendered

    content = rendered(outcome, format, spoken, template)
    if isinstance(content, bytes):
        print_bytes(content, output)
    elif format == "csv" and output:  # Excel takes it for UTF-8 by this mark, which is in the way of programs in a pipe
        print_pieces(chain(["\ufeff"], content), output)
    else:
        print_pieces(content, output)


def _expect_other_file(path: Path, returns: Sequence[str], option: str) -> None:
    if is_file(path) and any(is_file(Path(name)) and path.samefile(name) for name in returns):
        raise UsageError(phrase("{option} must not replace the return itself: {file}.", option=option, file=str(path)))
