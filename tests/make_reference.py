"""Write examples/COMMANDS.md, the reference of commands, from their help: `python -m tests.make_reference`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from typer.testing import CliRunner

from gbv_kpi.cli.app import app

FILE = Path(__file__).parent.parent / "examples" / "COMMANDS.md"
HEADING = """# Commands

Written from `gbv-kpi COMMAND --help` by `poe reference`.
"""


def commands(command: Any = None, *above: str) -> Iterator[tuple[str, ...]]:
    """The words of every command there is; a group is told by its commands."""
    group: Any = command or typer.main.get_command(app)
    for name, below in group.commands.items():
        if hasattr(below, "commands"):
            yield from commands(below, *above, name)
        else:
            yield (*above, name)


def help_page(*words: str) -> str:
    """The help of a command in English."""
    environment = {"COLUMNS": "100", "NO_COLOR": "1"}
    return CliRunner().invoke(app, [*words, "--help"], prog_name="gbv-kpi", env=environment).stdout.strip()


def reference() -> str:
    """Return all of it as Markdown, a section for each command."""
    return "\n".join([HEADING, *map(_section, commands())])


def _section(words: tuple[str, ...]) -> str:
    return f"## gbv-kpi {' '.join(words)}\n\n```text\n{help_page(*words)}\n```\n"


def main() -> None:
    FILE.write_text(reference(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
