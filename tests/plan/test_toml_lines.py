"""Every key of a TOML file is found on its line, whatever stands around it."""

from collections.abc import Iterator
from typing import Any

import pytest
import tomli

from gbv_kpi.plan.load import BUILT_IN
from gbv_kpi.plan.toml_file import Location, key_lines

AWKWARD = '''\
# a comment with [brackets], = and "quotes"
title = "a # in a text, [ ] and { }"   # and a comment
"quoted key" = 'single # quotes'
dotted.inner.key = 1

[table."with a . in it"]
text = """
[[unit]] in a text of
several lines = no key
"""
after = 2

[[unit]]
code = "1"
list = [
  1, # one
  [2, 3],
  { from = 2021, above = 90, words = ["a", "b"] },

  # between
  { from = 2023, above = 95 },
]
day = 2025-06-30
time = 08:30:00
[unit.within]
key = true

[[unit]]
code = "2"
[[unit.part]]
id = "x"
[[unit.part]]
id = "y"
'''


def places(content: Any, place: Location = ()) -> Iterator[Location]:
    steps = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for step, inner in steps:
        yield (*place, step)
        yield from places(inner, (*place, step))


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("title",), 2),
        (("quoted key",), 3),
        (("dotted", "inner", "key"), 4),
        (("table", "with a . in it", "text"), 7),
        (("table", "with a . in it", "after"), 11),
        (("unit", 0), 13),
        (("unit", 0, "list"), 15),
        (("unit", 0, "list", 0), 16),
        (("unit", 0, "list", 1, 1), 17),
        (("unit", 0, "list", 2, "above"), 18),
        (("unit", 0, "list", 2, "words", 1), 18),
        (("unit", 0, "list", 3), 21),
        (("unit", 0, "list", 3, "above"), 21),
        (("unit", 0, "within", "key"), 26),
        (("unit", 1, "code"), 29),
        (("unit", 1, "part", 1, "id"), 33),
    ],
    ids=str,
)
def test_a_key_is_found_on_its_line(place: Location, line: int) -> None:
    assert key_lines(AWKWARD)[place] == line


@pytest.mark.parametrize("text", [AWKWARD, *(file.read_text("utf-8") for file in sorted(BUILT_IN.glob("*.toml")))])
def test_every_key_of_a_file_has_a_line_on_which_it_stands(text: str) -> None:
    lines, rows = key_lines(text), text.splitlines()
    found = set(places(tomli.loads(text)))
    tables = {place for place in found if place not in lines}
    assert all(any(other[: len(place)] == place for other in lines) for place in tables)  # [a.b] makes a without a line
    assert set(lines) <= found
    for place, line in lines.items():
        if isinstance(place[-1], str):
            assert place[-1] in rows[line - 1]


def test_windows_line_ends_count_once() -> None:
    assert key_lines("a = 1\r\nb = 2\r\n") == {("a",): 1, ("b",): 2}


def test_a_table_in_braces_may_run_over_several_lines() -> None:
    text = "a = { b = 1, # one\n  c = [2,\n 3], }\n[[unit]]\nd = { e = {\n f = 4 } }\ng = 5\n"
    assert tomli.loads(text)["unit"] == [{"d": {"e": {"f": 4}}, "g": 5}]
    lines = key_lines(text)
    assert [lines[place] for place in (("a", "c"), ("a", "c", 1), ("unit", 0, "d", "e", "f"))] == [2, 3, 6]
    assert lines[("unit", 0, "g")] == 7
