"""Read a TOML file, and describe its mistakes with their lines, in the words of its author.

Numbers are read as decimals, never as binary floats. The words for the errors of tomli and pydantic are in
`toml_file.toml`.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, get_args

import tomli
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gbv_kpi.i18n import Phrase, phrase, plural
from gbv_kpi.inputs import MEBIBYTE, read_file

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]  # keys, and numbers of list entries from 0
Token = tuple[str, int]  # a text and its line

MAX_BYTES = 16 * MEBIBYTE  # of a plan file: one that lists the country's units has 2 million bytes
MAX_SHOWN = 20  # mistakes in one message; `plan check` lists all
UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")

# By the beginning of pydantic's error type, by that of tomli's message, and by patterns of Vietnamese notations.
WANTED, SYNTAX, HABITS = tomli.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).values()
_TOKEN = re.compile(
    r"""
      (?P<text> \"{3} (?:\\.|[^\\])*? \"{3,5} | '{3} .*? '{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
    | (?P<comment> \#[^\n]* )
    | (?P<end> \n )
    | (?P<sign> [\[\]{}=,.] )
    | (?P<bare> [^\s\[\]{}=,.\#"']+ )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Mistake:
    """Something wrong or doubtful at one place of a file."""

    location: Location
    what: Phrase


@dataclass(frozen=True)
class Remark:
    """A mistake or a doubt, with its file, and its line and key as far as it has them."""

    file: str
    line: int | None
    key: str
    what: Phrase

    @property
    def sentence(self) -> Phrase:
        """Return “line 94: indicator training, thresholds 1: …”."""
        what = phrase("{where}: {what}", where=self.key, what=self.what) if self.key else self.what
        return phrase("line {line}: {what}", line=str(self.line), what=what) if self.line else what


@dataclass
class Content:
    """A TOML file while it is put together, with the mistakes found so far."""

    name: str
    text: str = ""
    tables: dict[str, Any] = field(default_factory=dict)
    taken_fields: dict[int, tuple["Content", int]] = field(default_factory=dict)  # the plan of each, its number there
    listed_units: dict[int, tuple[str, int]] = field(default_factory=dict)  # the CSV of each, its line there
    mistakes: list[Mistake] = field(default_factory=list)
    broken_line: int | None = None  # the first one that is not TOML
    is_whole: bool = True  # False if it is not TOML, or fields or units are missing: references are not checked then

    def lack(self, location: Location, what: Phrase) -> None:
        """Add a mistake because of which a part of the content is missing."""
        self.mistakes.append(Mistake(location, what))
        self.is_whole = False

    def validated(self, model: type[Model]) -> Model | None:
        """Return the tables as a model, or None and add all that is wrong with them.

        A misspelt key is not reported as missing too. A list is not too short if only its entries are wrong.
        """
        try:
            return model.model_validate(self.tables)
        except ValidationError as error:
            causes = error.errors()
        places = [cause["loc"] for cause in causes]
        meant = {(*cause["loc"][:-1], _meant(cause, model)) for cause in causes if cause["type"] in UNKNOWN_KEY}
        for cause in causes:
            kind, place = cause["type"], cause["loc"]
            is_misspelt = kind == "missing" and place in meant
            is_emptied = kind == "too_short" and any(other[: len(place)] == place != other for other in places)
            is_lacking = place == ("field",) and not self.is_whole
            if not (is_misspelt or is_emptied or is_lacking):
                self.mistakes.append(Mistake(tuple(step for step in place if step != "[key]"), _what(cause, model)))
        return None

    def remarks(self, found: Iterable[Mistake]) -> tuple[Remark, ...]:
        """Return the mistakes in the order of their lines; those without one come last."""
        remarks = [
            Remark(*self._spot(mistake.location), _key_of(mistake.location, self.tables), mistake.what)
            for mistake in found
        ]
        return tuple(sorted(remarks, key=lambda r: (r.file != self.name, r.file, r.line is None, r.line or 0)))

    @property
    def complaint(self) -> Phrase:
        """Return the first mistakes as one phrase, each with its line; every phrase contains the next."""
        sentences = [remark.sentence for remark in self.remarks(self.mistakes)]
        shown, more = sentences[:MAX_SHOWN], len(sentences) - MAX_SHOWN
        whole = plural("{count} more mistake", "{count} more mistakes", more) if more > 0 else shown.pop()
        while shown:
            whole = phrase("{first}; {others}", first=shown.pop(), others=whole)
        return whole

    @cached_property
    def lines(self) -> dict[Location, int]:
        return key_lines(self.text)

    def _spot(self, location: Location) -> tuple[str, int | None]:
        """Return the file and the line of the innermost part of a location that a file contains."""
        match location:
            case ():
                return self.name, self.broken_line
            case ("field", int(number), *rest) if number in self.taken_fields:
                other, theirs = self.taken_fields[number]
                return other._spot(("field", theirs, *rest))
            case ("unit", int(number), *_) if number in self.listed_units:
                return self.listed_units[number]
        outward = (location[:depth] for depth in range(len(location), 0, -1))
        return self.name, next((self.lines[place] for place in outward if place in self.lines), None)


def read_toml(source: Path) -> Content:
    """Return the content of a TOML file. Raises `UnreadableError` for a file that cannot be read."""
    content = Content(source.name)
    try:
        # Notepad writes a byte-order mark and CRLF
        content.text = read_file(source, MAX_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
        content.tables = tomli.loads(content.text, parse_float=Decimal)
    except UnicodeDecodeError:
        content.lack((), phrase("the file is not UTF-8 text: save it as UTF-8"))
    except tomli.TOMLDecodeError as error:
        content.broken_line = error.lineno
        content.lack((), syntax_mistake(error))
    except (RecursionError, ValueError):  # a thousand lists in each other, numbers of five thousand digits
        content.lack((), phrase("lists or tables are nested too deeply, or a number has too many digits"))
    return content


def syntax_mistake(error: tomli.TOMLDecodeError) -> Phrase:
    """Return the message for tomli's error."""
    wrong = error.doc.split("\n")[error.lineno - 1]
    words = [words for habit, words in HABITS.items() if re.search(habit, wrong)]
    words += [words for start, words in SYNTAX.items() if error.msg.startswith(start)]
    return Phrase(words[0]) if words else phrase("invalid line: write each line as key = value")


def nearest(found: str, known: Collection[str]) -> str | None:
    """Return the known name most similar to an unknown one, or None."""
    return next(iter(get_close_matches(found, known, n=1)), None)


def _what(mistake: ErrorDetails, model: type[BaseModel]) -> Phrase:
    match mistake["type"]:
        case "missing":
            return phrase("missing key")
        case kind if kind in UNKNOWN_KEY:
            keys = ", ".join(_keys(model, mistake["loc"][:-1]))
            if meant := _meant(mistake, model):
                return phrase("unknown key; did you mean {meant}? The keys are {keys}", meant=meant, keys=keys)
            return phrase("unknown key; the keys are {keys}", keys=keys)
        case "value_error":
            reason = mistake["ctx"]["error"].args[0]
            return reason if isinstance(reason, Phrase) else phrase("{reason}", reason=str(reason))
        case "literal_error":
            choices = str(mistake["ctx"]["expected"]).replace(" or ", ", ")  # pydantic's "'a', 'b' or 'c'"
            return phrase("expected one of: {choices}", choices=choices)
        case kind:
            wanted = (Phrase(words) for start, words in WANTED.items() if kind.startswith(start))
            return next(wanted, phrase("expected a table with keys"))


def _meant(mistake: ErrorDetails, model: type[BaseModel]) -> str | None:
    """Return the key most similar to a misspelt one."""
    return nearest(str(mistake["loc"][-1]), _keys(model, mistake["loc"][:-1]))


def _keys(model: type[BaseModel], location: Location) -> list[str]:
    """Return the keys allowed at a place, as the file spells them."""
    table: Any = model
    for step in location:
        table = next(_tables(_annotations(table).get(str(step))), table)
    return list(_annotations(table))


def _annotations(table: Any) -> dict[str, Any]:
    """Return the types of a table's values, by the key's spelling in a file."""
    if is_dataclass(table):
        return {field.name: field.type for field in fields(table)}
    return {field.alias or name: field.annotation for name, field in table.model_fields.items()}


def _tables(annotation: Any) -> Iterator[type]:
    """Yield the tables that an annotation names, within lists and options too."""
    if isinstance(annotation, type) and (is_dataclass(annotation) or issubclass(annotation, BaseModel)):
        yield annotation
    for inner in get_args(annotation):
        yield from _tables(inner)


def _key_of(location: Location, content: Any) -> str:
    """Describe a location: entries of a list by their id or code, else by their number from 1."""
    steps: list[str] = []
    for step in location:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            content = None
        if isinstance(step, int):
            name = content.get("id") or content.get("code") if isinstance(content, dict) else None
            steps[-1:] = [f"{steps[-1] if steps else ''} {name or step + 1}".strip()]
        else:
            steps.append(step)
    return ", ".join(steps)


def key_lines(text: str) -> dict[Location, int]:
    """Return the line of every key and list entry, counted from 1: tomli does not give it.

    tomli has parsed the text before, so only keys, brackets, commas and line ends matter.

    >>> key_lines('''title = "A"
    ... [[unit]]
    ... code = "1"
    ... ''')
    {('title',): 1, ('unit', 0): 2, ('unit', 0, 'code'): 3}
    """
    lines: dict[Location, int] = {}
    last_entry: dict[Location, int] = {}  # of each list of [[tables]]
    table: Location = ()
    for tokens in _statements(text):
        if tokens[0][0] == "[":
            names = [step for word, _ in tokens for step in _steps(word)]
            table = ()
            for depth, name in enumerate(names, start=1):
                table += (name,)
                if depth == len(names) and tokens[1][0] == "[":
                    last_entry[table] = last_entry.get(table, -1) + 1
                if table in last_entry:
                    table += (last_entry[table],)
            lines.setdefault(table, tokens[0][1])
        else:
            for place, line in _places(tokens, table):
                lines.setdefault(place, line)
    return lines


def _statements(text: str) -> Iterator[list[Token]]:
    """Yield the tokens of each header and each `key = value`, without comments and line ends."""
    tokens: list[Token] = []
    depth, line = 0, 1
    for found in _TOKEN.finditer(f"{text}\n"):
        word, kind = found.group(), found.lastgroup
        if kind == "end" and tokens and depth == 0:
            yield tokens
            tokens = []
        elif kind not in ("end", "comment"):
            tokens.append((word, line))
            depth += (word in ("[", "{")) - (word in ("]", "}"))
        line += word.count("\n")


def _places(tokens: list[Token], table: Location) -> Iterator[tuple[Location, int]]:
    """Yield the keys and list entries of one `key = value`, those within its lists and inline tables too."""
    containers: list[tuple[Location, int | None]] = [(table, None)]  # with the present entry of a list
    place, is_key = table, True
    for word, line in tokens:
        container, entry = containers[-1]
        if entry is not None and word not in (",", "]"):
            place = (*container, entry)
            yield place, line
        match word:
            case "=":
                is_key = False
            case "[" | "{":
                is_key = word == "{"
                containers.append((place, None if is_key else 0))
            case "]" | "}":
                is_key = False
                containers.pop()
            case ",":
                place, is_key = container, entry is None
                containers[-1] = (container, None if entry is None else entry + 1)
            case _ if is_key:
                for step in _steps(word):
                    place += (step,)
                    yield place, line


def _steps(word: str) -> list[str]:
    """Return the names in a token, bare or quoted; none in a bracket, comma or equals sign."""
    return list(tomli.loads(f"{word} = 0")) if word[0] not in "[]{}=,." else []
