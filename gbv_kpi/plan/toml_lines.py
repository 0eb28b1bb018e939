"""Find the line of each key of a TOML text, which the parser does not give."""

import re
from collections.abc import Iterator, Sequence

import tomli

Location = tuple[int | str, ...]  # keys, and numbers of list entries from 0
Token = tuple[str, int]  # a text and its line
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
            is_list = tokens[1][0] == "["
            *outer, name = [step for word, _ in tokens for step in _steps(word)]
            table = ()
            for step in outer:
                table = _in_last_entry((*table, step), last_entry)
            table += (name,)
            if is_list:
                last_entry[table] = last_entry.get(table, -1) + 1
            table = _in_last_entry(table, last_entry)
            lines.setdefault(table, tokens[0][1])
        else:
            for place, line in _places(tokens, table):
                lines.setdefault(place, line)
    return lines


def _in_last_entry(table: Location, last_entry: dict[Location, int]) -> Location:
    return (*table, last_entry[table]) if table in last_entry else table


def _statements(text: str) -> Iterator[Sequence[Token]]:
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


def _places(tokens: Sequence[Token], table: Location) -> Iterator[tuple[Location, int]]:
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
