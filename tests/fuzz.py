"""Mutants of the examples through the real command line: none may end outside the contract.

    python -m tests.fuzz [COUNT] [SEED]

Three kinds, in turn: bytes of the file, bytes of the XML inside a workbook, and cells. Prints how many ended
with which exit code, and the slowest; exits 1 at the first traceback or other exit code, leaving the mutant.
"""

import csv
import io
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from gbv_kpi.cli.app import app
from gbv_kpi.errors import GbvKpiError

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

EXAMPLES = Path(__file__).parent.parent / "examples"
CONTRACT = {0, 1, 2, 3}
SLOW = 10.0  # seconds that no file may take
ODD_CELLS = [
    "", " ", "-", "…", "...", "1.234", "1,5", "12 người", "hai mươi", "-4", "99999999999999999999", "1e400", "nan",
    "inf", "TRUE", "=1+1", "=cmd|' /C calc'!A0", "#DIV/0!", "\x1b[31mđỏ\x1b[0m", "[bold red]x[/]", "\u202etxet",
    "Tổng cộng", "Năm 2024", "2025", "Hoa Lư", "Huyện Gia Viển", "Họ và tên", "Số cơ sở giáo dục", "x" * 40_000,
    "\ud7ff", "\x85", "0" * 400, 0, -1, 12.5, 1.234, 1e308, True,
]  # fmt: skip


def mutated_bytes(content: bytes, dice: random.Random) -> bytes:
    """A few bytes changed, cut out, doubled or cut off."""
    mutant = bytearray(content)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(mutant) or 1)
        match dice.randrange(5):
            case 0:
                mutant[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del mutant[at : at + dice.randint(1, 64)]
            case 2:
                mutant[at:at] = mutant[at : at + dice.randint(1, 64)]
            case 3:
                mutant[at:at] = dice.randbytes(dice.randint(1, 16))
            case 4 if dice.random() < 0.3:
                del mutant[at:]
    return bytes(mutant)


def mutated_xml(content: bytes, dice: random.Random) -> bytes:
    """The same inside one part of a workbook, packed again so that readers get to see it."""
    if not content.startswith(b"PK"):
        return mutated_bytes(content, dice)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after:
        parts = [member.filename for member in before.infolist()]
        chosen = dice.choice(
            [part for part in parts if "sheet" in part or "Strings" in part or "styles" in part] or parts
        )
        for part in parts:
            data = before.read(part)
            after.writestr(part, mutated_bytes(data, dice) if part == chosen else data)
    return packed.getvalue()


def mutated_cells(content: bytes, dice: random.Random) -> bytes:
    """Odd values in a few cells, rows or columns moved or doubled, written as a fresh file."""
    if not content.startswith(b"PK"):
        rows = list(csv.reader(io.StringIO(content.decode("utf-8", "replace")), delimiter=";"))
        text = io.StringIO()
        csv.writer(text, delimiter=dice.choice(",;\t")).writerows(_shaken(rows, dice))
        return text.getvalue().encode(dice.choice(["utf-8", "utf-16", "utf-8-sig"]), "replace")
    book = Workbook()
    book.remove(book.worksheets[0])
    for name in CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name)
        page: Worksheet = book.create_sheet(name)
        for row in _shaken(sheet.to_python(skip_empty_area=False), dice):
            page.append([None if cell == "" else _without_controls(cell) for cell in row])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _without_controls(cell: object) -> object:
    """The cell as openpyxl takes it: XML has no place for most control characters."""
    return ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell


def _shaken(sheet: Iterable[Iterable[object]], dice: random.Random) -> list[list[object]]:
    rows = [list(row) for row in sheet]
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(rows) or 1)
        if not rows or not rows[at]:
            continue
        match dice.randrange(6):
            case 0 | 1 | 2:
                rows[at][dice.randrange(len(rows[at]))] = dice.choice(ODD_CELLS)
            case 3:
                del rows[at]
            case 4:
                rows.insert(dice.randrange(len(rows)), list(rows[at]))
            case 5:
                column = dice.randrange(len(rows[at]))
                for row in rows:
                    del row[column : column + 1]
    return rows


KINDS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "bytes": mutated_bytes,
    "xml": mutated_xml,
    "cells": mutated_cells,
}


def exit_code_of(path: Path, lang: str, form: str) -> int:
    """What the command line ends with, run in this process; an exception passes through."""
    arguments = ["check", str(path), "--lang", lang, "--format", form]
    try:
        return CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code
    except GbvKpiError:
        return 2  # as `main` ends


def main() -> int:
    count, seed = (int(argument) for argument in [*sys.argv[1:], *("2100", "1")[len(sys.argv) - 1 :]])
    dice = random.Random(seed)
    sources = sorted(path for path in EXAMPLES.rglob("*") if path.suffix in (".xlsx", ".csv"))
    codes: Counter[tuple[str, int]] = Counter()
    slowest = (0.0, "")
    folder = Path(tempfile.mkdtemp(prefix="gbv-kpi-fuzz-"))
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        source = dice.choice(sources)
        mutant = folder / f"{number}-{kind}{source.suffix}"
        mutant.write_bytes(KINDS[kind](source.read_bytes(), dice))
        print(mutant, file=sys.stderr, flush=True)  # the last one named is the one that ended the process
        started = time.perf_counter()
        code = exit_code_of(mutant, dice.choice(["vi", "en"]), dice.choice(["table", "json"]))
        taken = time.perf_counter() - started
        slowest = max(slowest, (taken, mutant.name))
        codes[kind, code] += 1
        if code not in CONTRACT or taken > SLOW:
            print(f"{mutant}: exit code {code} after {taken:.1f} s")
            return 1
        mutant.unlink()
    folder.rmdir()
    for kind in KINDS:
        print(kind, {code: codes[kind, code] for code in sorted(CONTRACT) if codes[kind, code]})
    print(f"{count} mutants, seed {seed}, slowest {slowest[0]:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
