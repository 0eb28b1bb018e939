"""The names of the tests: short enough to be read in a report; reasons are in docstrings."""

import ast
from pathlib import Path

LONGEST = 70
TESTS = Path(__file__).parent


def test_names_of_tests_are_short_enough() -> None:
    trees = {file: ast.parse(file.read_text("utf-8")) for file in TESTS.rglob("test_*.py")}
    named = [
        (file.name, node.name)
        for file, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(named) > len(trees) > 1
    assert [(file, name) for file, name in named if len(name) > LONGEST] == []
