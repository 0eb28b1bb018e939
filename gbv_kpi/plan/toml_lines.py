"""On which line of a TOML file each key and each entry of a list stands; tomli does not say.

The text has been read by tomli before, so it is known to be TOML: what stands in a value is passed
over, and only keys, brackets, commas and the ends of lines are looked at.
"""

import re
from collections.abc import Iterator

import tomli

Location = tuple[int | str, ...]  # keys, and numbers of list entries from 0

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
    """The line of every key and list entry, counted from 1.

    >>> key_lines('''title = "A"
    ... [[unit]]
    ... code = "1"
    ... ''')
    {('title',): 1, ('unit', 0): 2, ('unit', 0, 'code'): 3}
    """
    return _Scan(text).lines


class _Scan:
    """One pass over the tokens of a file; `lines` is what it found."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Location, int] = {}
        self._tokens = _tokens(text)
        self._table: Location = ()
        self._last_of: dict[Location, int] = {}  # the last entry of each list of [[tables]]
        self._next()
        while self._kind:
            if self._word == "[":
                self._header()
            elif self._kind in ("bare", "text"):
                self._pair(self._table)
            else:
                self._next()

    def _next(self) -> None:
        self._kind, self._word, self._line = next(self._tokens, ("", "", 0))

    def _header(self) -> None:
        """[table] or [[entry of a list]]."""
        line = self._line
        self._next()
        is_list = self._word == "["
        if is_list:
            self._next()
        *outer, last = self._key()
        table: Location = ()
        for step in outer:
            table += (step,)
            if table in self._last_of:
                table += (self._last_of[table],)
        table += (last,)
        if is_list:
            self._last_of[table] = self._last_of.get(table, -1) + 1
        if table in self._last_of:
            table += (self._last_of[table],)
        self.lines.setdefault(table, line)
        self._table = table
        while self._kind not in ("end", ""):
            self._next()

    def _key(self) -> list[str]:
        """A key with its dots, up to the sign behind it."""
        parts: list[str] = []
        while self._kind in ("bare", "text") or self._word == ".":
            if self._kind == "text":
                parts.extend(tomli.loads(f"{self._word} = 0"))
            elif self._kind == "bare":
                parts.append(self._word)
            self._next()
        return parts

    def _pair(self, table: Location) -> None:
        line, place = self._line, table
        for step in self._key():
            place += (step,)
            self.lines.setdefault(place, line)
        self._next()  # past the =
        self._value(place)

    def _value(self, place: Location) -> None:
        """What stands behind a = or in a list, up to the comma, bracket or end of line behind it."""
        if self._word == "[" and self._kind == "sign":
            self._list(place)
        elif self._word == "{" and self._kind == "sign":
            self._inline_table(place)
        else:
            while self._kind and self._kind != "end" and not (self._kind == "sign" and self._word in ",]}"):
                self._next()

    def _list(self, place: Location) -> None:
        self._next()
        entry = 0
        while self._kind and self._word != "]":
            if self._kind in ("end", "comment") or self._word == ",":
                self._next()
                continue
            self.lines[(*place, entry)] = self._line
            self._value((*place, entry))
            entry += 1
        self._next()

    def _inline_table(self, place: Location) -> None:
        self._next()
        while self._kind and self._word != "}":
            if self._kind in ("bare", "text"):
                self._pair(place)
            else:
                self._next()
        self._next()


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and line of each token; comments are passed over but for the end of their line."""
    line = 1
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "comment":
            yield found.lastgroup or "", found.group(), line
        line += found.group().count("\n")
