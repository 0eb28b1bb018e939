"""What makes a file no TOML is told in words that mend it, with the line."""

import pytest
import tomli

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.plan.toml_file import syntax_mistake


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a = 1\nb", 2, "expected = and a value after the key"),
        ("a = 1\nb = kế hoạch", 2, "invalid value: write text in quotes"),
        ("a = 2026-02-30", 1, "the date does not exist"),
        ("a = 31/1/2026", 1, "write the date as 2026-01-31"),
        ("a = 31-01-2026", 1, "write the date as 2026-01-31"),
        ("\n\na = { from = 2026, at_most = 1,7 }", 3, "write the number with a point"),
        ('a = "text', 1, "unclosed quotes"),
        ('a = "text\nb = 1', 1, "unclosed quotes: text must end on its own line"),
        ('a = """text\nb = 1', 2, "unclosed quotes"),
        ("a = [1, 2\nb = 1\n", 2, "unclosed list: ] is missing"),
        ("a = { b = 1", 1, "unclosed table: } is missing"),
        ("a = { b = 1,\n = 2 }", 2, "expected a key"),
        ("a = 1\na = 2", 2, "duplicate key"),
        ("[a]\n[a]", 2, "duplicate table: join the two; each item of a list begins with [[ ]]"),
        ("a = “text”", 1, "write text in straight quotes"),
        ("[a", 1, "unclosed name: a table's name ends with ]"),
        ("[[a]", 1, "unclosed name: a table's name ends with ]"),
        ('a = "b" c', 1, "unexpected text after the value"),
        ('a = "C:\\plans"', 1, "write each \\ in a text twice"),
        ("= 1", 1, "invalid line"),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_its_line(text: str, line: int, told: str) -> None:
    with pytest.raises(tomli.TOMLDecodeError) as stopped:
        tomli.loads(text)
    what = syntax_mistake(stopped.value)
    assert (stopped.value.lineno, ENGLISH.say(what)[: len(told)]) == (line, told)
