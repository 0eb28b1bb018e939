"""Declare commands, and hold what each needs: the format, place and language of its result, its plan and its ledger."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import InitVar, dataclass, is_dataclass
from datetime import date, datetime, time
from functools import cache, partial
from inspect import Parameter, Signature, signature
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

import typer

from gbv_kpi.cli import options
from gbv_kpi.console import print_result, warn
from gbv_kpi.errors import SourceError, UsageError
from gbv_kpi.i18n import Language, Phrase, language, language_from_env, phrase
from gbv_kpi.inputs import DEFAULT_PLAN, UnreadableError, is_file, is_same_file, read_file, read_stdin

if TYPE_CHECKING:
    from rich.console import RenderableType

    from gbv_kpi.ledger.database import Ledger
    from gbv_kpi.ledger.entries import Author
    from gbv_kpi.plan import Plan
    from gbv_kpi.render.listing import Listing

Item = TypeVar("Item")

BINARY = {"xlsx", "docx"}


def command(run: Callable[..., None]) -> Callable[..., None]:
    """Return a command as typer takes it: the fields of a parameter that is a dataclass are options.

    `Annotated[Request, ListFormat, "plan", "output"]` declares --format with these formats, --plan, --output, and
    --lang as the last option of the command.
    """
    parameters = _parameters(run)
    groups = {name: group for name, parameter in parameters.items() if (group := _option_group(parameter))}
    declared: dict[str, Parameter] = {}
    for name, parameter in parameters.items():
        declared |= groups[name][1] if name in groups else {name: parameter}
    if "request" in groups:
        declared["lang"] = declared.pop("lang")

    def run_with(**given: Any) -> None:
        arguments = {name: given[name] for name in parameters if name not in groups}
        for name, (make, fields) in groups.items():
            arguments[name] = make(**{field: given[field] for field in fields})
        run(**arguments)

    vars(run_with)["__signature__"] = Signature(list(declared.values()))  # typer reads it
    run_with.__doc__ = run.__doc__
    return run_with


def _option_group(parameter: Parameter) -> tuple[Callable[..., Any], Mapping[str, Parameter]] | None:
    """Return the dataclass of a parameter, and its fields that are options; None for a parameter that is one option."""
    group, *wanted = get_args(parameter.annotation) or [parameter.annotation]
    if not (isinstance(group, type) and is_dataclass(group)):
        return None
    make: Callable[..., Any] = group
    fields = _parameters(make)
    names = {"context", "lang", *wanted}
    if formats := next((item for item in wanted if not isinstance(item, str)), None):
        make = partial(make, formats=formats)
        fields = fields | {"format": fields["format"].replace(annotation=Annotated[formats | None, options.FORMAT])}
        names.add("format")
    return make, {name: field for name, field in fields.items() if not wanted or name in names}


@cache
def _parameters(function: Callable[..., Any]) -> dict[str, Parameter]:
    return dict(signature(function).parameters)


@dataclass(kw_only=True)
class Request:
    """The options that most commands have: the ledger, plan, format, place and language of a result.

    The format is the option's, else that of the file's ending, else a table. Raises `UsageError` for an unknown ending,
    one of another format, and for an invalid date.
    """

    context: typer.Context
    ledger: options.LedgerOption = None
    as_of: options.AsOfOption = None
    by: options.ByOption = None
    plan: options.PlanOption = DEFAULT_PLAN
    format: Any = None  # as asked for; then the one chosen
    output: options.OutputOption = None
    lang: options.LangOption = None
    formats: InitVar[Any] = None  # a literal type: the formats that the command can write

    def __post_init__(self, formats: Any) -> None:
        self.language = language(self.lang or language_from_env(os.environ))
        self.document_language = document_language(self.lang)
        self.format = self._chosen_format(get_args(formats)) if formats else "table"
        self.moment = parse_as_of(self.as_of)
        expect_other_file(self.output, [self.context.obj and self.context.obj.path])

    def _chosen_format(self, formats: Sequence[str]) -> str:
        given: str | None = self.format if is_given(self.context, "format") else None
        ending = self.output.suffix.lower() if self.output else ""
        if ending == ".txt" and given is not None and given not in BINARY:
            return given
        by_ending = {".txt" if name == "table" else f".{name}": name for name in ([given] if given else formats)}
        expect_ending(self.output, *by_ending, "")
        return by_ending.get(ending) or str(self.format or "table")

    @property
    def is_json(self) -> bool:
        return bool(self.format == "json")

    @property
    def is_quiet(self) -> bool:
        """Return whether --quiet is given: then neither “Wrote …” nor “Waiting …” is printed."""
        return bool(self.context.params.get("quiet"))

    def load_plan(self, name: str | None = None) -> "Plan":
        """Load the plan `name`, else that of --plan, with letterhead, agencies and deadlines of the settings file."""
        from gbv_kpi.plan import load_plan

        name = name or self.plan
        expect_other_file(self.output, [name])
        plan = load_plan(name)
        expect_other_file(self.output, [plan.units_file and Path(name).parent / plan.units_file])
        if self.context.obj is None:
            return plan
        from gbv_kpi.plan.office import in_office

        return in_office(plan, self.context.obj.settings)

    @contextmanager
    def open_ledger(
        self, place: str | None = None, *, create: bool = False, dry_run: bool = False
    ) -> "Iterator[Ledger]":
        """Open the ledger at `place`, else that of --ledger, else the default one.

        Raises `UsageError` if the result would overwrite it.
        """
        from gbv_kpi.ledger.address import address_of, default_place
        from gbv_kpi.ledger.database import open_ledger, rehearse

        def waiting(name: str) -> None:
            if not self.is_quiet:
                self.warn(phrase("Waiting for another program to release the ledger {ledger} …", ledger=name))

        place = place or self.ledger or default_place()
        address = address_of(place)
        expect_other_file(self.output, [address.database if address.drivername == "sqlite" else None])
        with rehearse(place, waiting) if dry_run else open_ledger(place, create=create, on_wait=waiting) as opened:
            yield opened

    def author(self) -> "Author":
        """Return the author of a record made now: the one named, else the logged-in user.

        Raises `UsageError` without one.
        """
        from getpass import getuser  # imported late, as it is slow

        from gbv_kpi.ledger.entries import Author

        try:
            return Author(self.by or getuser(), now())
        except (OSError, KeyError) as error:
            raise UsageError("No user is logged in: give a name with --by.") from error

    def emit(self, content: "str | bytes | Iterable[str] | RenderableType") -> None:
        if self.format == "csv" and self.output and isinstance(content, Iterator):
            content = chain(["\ufeff"], content)  # Excel needs the mark; other programs, in a pipe, do not
        emit(content, self.output, self.language, quiet=self.is_quiet)

    def show(
        self,
        item: Item,
        table: "Callable[[Item, Language], RenderableType]",
        json: "Callable[[Item, Language], str | Iterator[str]]",
        listing: "Callable[[Item, Language], Listing]",
        *,
        silent: bool = False,
    ) -> None:
        """Render a result in the requested format and emit it; if silent, only to a file."""
        from gbv_kpi.render.formats import render_listing

        if self.output is None and silent:
            return
        if self.format in ("table", "json"):
            self.emit((json if self.is_json else table)(item, self.language))
        else:
            self.emit(render_listing(listing(item, self.language), self.format, self.language))

    def warn_of_skipped(self, files: Sequence[str], *, silent: bool) -> None:
        if files and not silent:
            self.warn(phrase("Skipped, not spreadsheets: {files}.", files=", ".join(files)))

    def warn(self, sentence: Phrase) -> None:
        warn(self.language.say(sentence))


def emit(
    content: "str | bytes | Iterable[str] | RenderableType",
    output: Path | None,
    language: Language,
    *,
    quiet: bool = False,
) -> None:
    """Print a result or write it to a file, and say on standard error what was written."""
    print_result(content, output)
    if output is not None and is_file(output) and not quiet:
        warn(language.say(phrase("Wrote {file}.", file=str(output))))


def is_given(context: typer.Context, name: str) -> bool:
    """Return whether an option is given on the command line, not by the environment or a file."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def day_of(text: str) -> date:
    """Return the date written as YYYY-MM-DD. Raises `UsageError` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("Invalid date “{found}”: use YYYY-MM-DD, e.g. 2025-06-30.", found=text) from error


def parse_as_of(as_of: str | None) -> datetime | None:
    """Return the end of a day, or a time, in local time. Raises `UsageError` for anything else."""
    if as_of is None:
        return None
    try:
        with suppress(ValueError):  # a time follows the day
            return datetime.combine(date.fromisoformat(as_of), time.max).astimezone()
        return datetime.fromisoformat(as_of).astimezone()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            "Invalid date “{found}”: use YYYY-MM-DD, e.g. 2025-12-31, or with a time, 2025-12-31T17:00.", found=as_of
        ) from error


def document_language(lang: str | None) -> Language:
    """Return the language of a document: Vietnamese, whatever the locale, unless another one is requested."""
    return language(lang or language_from_env(os.environ, "vi"))


def now() -> datetime:
    """Return the present local time: deadlines are local dates."""
    return datetime.now().astimezone()


def read_bounded(name: str, max_bytes: int) -> bytes:
    """Return the content of a file, or of standard input for -. Raises `SourceError` for what cannot be read."""
    try:
        return read_stdin(max_bytes) if name == "-" else read_file(Path(name), max_bytes)
    except UnreadableError as error:
        raise SourceError("{name} cannot be opened: {reason}.", name=name, reason=error.reason) from error


def expect_ending(path: Path | None, *endings: str) -> None:
    """Raise `UsageError` for a file name with another ending; "" is that of a name without one."""
    if path is not None and path.suffix.lower() not in endings:
        details = {"path": str(path), "endings": ", ".join(filter(None, endings))}
        raise UsageError("{path}: unknown file type. This command writes {endings}.", **details)


def expect_new(path: Path | None, force: bool) -> None:
    """Raise `UsageError` for an existing file unless `force` is set."""
    if path is not None and is_file(path) and not force:
        raise UsageError("{path} already exists: choose another name, or overwrite it with --force.", path=str(path))


def expect_other_file(path: Path | None, inputs: Iterable[str | Path | None], option: str = "--output") -> None:
    """Raise `UsageError` if the result would overwrite one of its inputs."""
    for name in inputs:
        if path is not None and name is not None and is_same_file(path, Path(name)):
            details = {"option": option, "file": str(path)}
            raise UsageError("{option} must not overwrite a file that the command reads: {file}.", **details)
