"""Ledgers damaged at random through the real command line: none may end as internal error.

    python -m tests.ledger.mutants [COUNT] [SEED]

Bytes of the file are changed, pages swapped, cut off or filled, or values of its tables changed through SQL. Every
command that reads or writes is run on the mutant in turn. Prints how many ended how; exits 1 at the first traceback,
"fault in the program", other exit code, or figure that differs from those recorded; leaves that mutant.
"""

import json
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from gbv_kpi.plan import Plan, load_plan
from tests.command import Ran, of_2025, run, well_but, write_csv
from tests.ledger.inbox import hand_in
from tests.mutations import mutated_bytes

PAGE = 4096
ODD_VALUES = [
    None, 0, -1, 2**40, 2**63 - 1, 1.5, "", "x", "Huyện Nho Quan", b"\xff\xfe", "\x00", "a" * 5000, "{}", "[]", "{",
    '{"victims": 5}', '{"victims": [5]}', '{"victims": [-5, "B2"]}', '{"victims": [1e400, "B2"]}', "null",
    '{"victims": [5, 7]}', '{"victims": ["5", "B2"]}', "2025-12-01", "2025-12-01T12:00:00", "9" * 30,
]  # fmt: skip
COLUMNS = {
    "gbv_kpi_layout": ("schema", "version"),
    "gbv_kpi_submission": ("id", "plan", "file", "sha256", "content", "at", "who"),
    "gbv_kpi_return": ("id", "submission", "plan", "unit_code", "unit_since", "unit_name", "year", "revision", "sheet",
                       "figures", "digest"),
}  # fmt: skip
Mutate = Callable[[Path, random.Random], None]


def ledger_with_history(path: Path, plan: Plan) -> None:
    """Five years, some corrected, one return handed in three times."""
    rows = [(unit.name, year, well_but()) for year in range(2021, 2026) for unit in plan.expected_units(year)]
    hand_in(str(path), plan, datetime(2025, 12, 1, 12, tzinfo=UTC), write_csv(path.with_name("a.csv"), plan, rows))
    for number in (21, 22):
        corrected = of_2025({"372": well_but(schools=number)})
        file = write_csv(path.with_name(f"{number}.csv"), plan, corrected)
        hand_in(str(path), plan, datetime(2025, 12, number, 12, tzinfo=UTC), file)


def change_bytes(path: Path, dice: random.Random) -> None:
    path.write_bytes(mutated_bytes(path.read_bytes(), dice))


def change_pages(path: Path, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    pages = len(content) // PAGE
    one, other = (dice.randrange(pages) * PAGE for _ in range(2))
    match dice.randrange(4):
        case 0:
            content[one : one + PAGE], content[other : other + PAGE] = (
                content[other : other + PAGE],
                content[one : one + PAGE],
            )
        case 1:
            content[one : one + PAGE] = dice.randbytes(PAGE)
        case 2:
            content[one : one + PAGE] = bytes(PAGE)
        case _:
            del content[one:]
    path.write_bytes(content)


def change_bits(path: Path, dice: random.Random) -> None:
    """A few bits, which leaves the file's length and most of its structure."""
    content = bytearray(path.read_bytes())
    for _ in range(dice.randint(1, 8)):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def change_values(path: Path, dice: random.Random) -> None:
    table = dice.choice(list(COLUMNS))
    column, value = dice.choice(COLUMNS[table]), dice.choice(ODD_VALUES)
    where = "" if dice.random() < 0.3 else f" WHERE rowid = {dice.randint(1, 40)}"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        try:
            connection.execute(f"UPDATE {table} SET {column} = ?{where}", (value,))
        except (sqlite3.IntegrityError, OverflowError):
            connection.execute(f"DELETE FROM {table}{where}")
    connection.close()


def change_tables(path: Path, dice: random.Random) -> None:
    table = dice.choice(list(COLUMNS))
    column = dice.choice(COLUMNS[table])
    with sqlite3.connect(path) as connection:
        try:
            connection.execute(
                dice.choice(
                    [
                        f"DROP TABLE {table}",
                        f"ALTER TABLE {table} RENAME COLUMN {column} TO odd",
                        f"ALTER TABLE {table} DROP COLUMN {column}",
                        f"ALTER TABLE {table} RENAME TO odd",
                        f"ALTER TABLE {table} ADD COLUMN odd",
                        f"DELETE FROM {table}",
                    ]
                )
            )
        except sqlite3.OperationalError:  # a column that an index needs
            connection.execute(f"DROP TABLE {table}")
    connection.close()


KINDS: dict[str, Mutate] = {
    "bytes": change_bytes,
    "bits": change_bits,
    "pages": change_pages,
    "values": change_values,
    "tables": change_tables,
}
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("report", "--year", "2025", "--format", "json"),
    ("history", "--format", "json"),
    ("trend", "--format", "json"),
    ("trace", "training", "--year", "2025"),
    ("status", "--year", "2025"),
    ("export",),
    ("ledger", "check"),
    ("submit",),
)


def fault_of(ran: Ran, command: str) -> str | None:
    """What is wrong with how a command ended on a mutant."""
    if ran.code not in (0, 1, 2, 3) or "internal error" in ran.err or "Traceback" in ran.err:
        return f"{command}: {ran}"
    if ran.code == 2 and command != "ledger" and ran.err.count("\n") != 1:
        return f"{command}: not one line: {ran}"
    return None


def figures_of(ran: Ran) -> object:
    return [finding for finding in json.loads(ran.out)["findings"] if finding["status"] != "no-data"]


def main() -> int:
    count, seed = (int(argument) for argument in [*sys.argv[1:], *("800", "1")[len(sys.argv) - 1 :]])
    return mutate(count, seed)


def mutate(count: int, seed: int) -> int:
    dice, plan, ended = random.Random(seed), load_plan(), Counter[tuple[str, str, int]]()
    folder = Path(tempfile.mkdtemp(prefix="gbv-kpi-mutants-"))
    ledger_with_history(folder / "ledger.db", plan)
    whole = (folder / "ledger.db").read_bytes()
    right = figures_of(run(*COMMANDS[0], "--ledger", str(folder / "ledger.db")))
    new = write_csv(folder / "new.csv", plan, of_2025({"373": well_but(schools=30)}))
    different = 0
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        mutant = folder / f"{number}-{kind}.db"
        mutant.write_bytes(whole)
        KINDS[kind](mutant, dice)
        for command in COMMANDS:
            arguments = (*command, new) if command == ("submit",) else command
            ran = run(*arguments, "--ledger", str(mutant))
            ended[kind, command[0], ran.code] += 1
            if fault := fault_of(ran, command[0]):
                print(f"{mutant}: {fault}")
                return 1
            if command == COMMANDS[0] and ran.code != 2 and (found := figures_of(ran)) != right and found:
                different += 1
                print(f"{mutant}: other figures", file=sys.stderr)
        mutant.unlink()
    for kind in KINDS:
        print(kind, {f"{name} {code}": n for (of, name, code), n in sorted(ended.items()) if of == kind})
    print(f"{count} mutants, seed {seed}, 0 faults, {different} with other figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
