"""The reference of commands in README.md, made from their help: `python -m tests.make_reference`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from typer.testing import CliRunner

from gbv_kpi.cli.app import app

README = Path(__file__).parent.parent / "README.md"
START, END = "<!-- reference: written by `poe reference` -->\n", "<!-- end of the reference -->\n"


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
    """All of it as Markdown, folded away."""
    return "\n".join(_folded(words) for words in commands())


def _folded(words: tuple[str, ...]) -> str:
    page = help_page(*words)
    what_for = " ".join(page.split("\n\n")[1].split())
    return (
        f"<details><summary><code>gbv-kpi {' '.join(words)}</code> – {what_for}</summary>\n\n"
        f"```text\n{page}\n```\n\n</details>\n"
    )


def split_readme() -> tuple[str, str, str]:
    """What stands above the reference, the reference, and what stands below it."""
    above, rest = README.read_text("utf-8").split(START)
    written, below = rest.split(END)
    return above, written, below


def main() -> None:
    above, _, below = split_readme()
    README.write_text(f"{above}{START}{reference()}{END}{below}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
