"""Mutants of eleven kinds of input through the real command line: none may end outside the contract.

    python -m tests.mutants [COUNT] [SEED] [KIND]

Each mutant is given to the command line in a process of its own, forked from this one, which imports everything once.
It must end with an exit code of 0 to 3, without a traceback or an internal error, within 10 seconds of processor time
and 400 MiB, its children counted. Prints how many of each kind ended with which code, the slowest and the largest; the
mutants that failed are left in a folder that is named, and the exit code is then 1.
"""

import gc
import io
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gbv_kpi.plan import load_plan
from gbv_kpi.plan.load import BUILT_IN
from tests import offices
from tests.command import Ran, of_2025, run, write_csv
from tests.ledger import mutants as ledgers
from tests.mutations import either, mutated_bytes, mutated_csv, mutated_package, mutated_text
from tests.render import mutants as templates

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
ENDINGS = (".xlsx", ".xlsb", ".csv", ".xls", ".ods")
LARGEST = 2**16  # bytes
OLE = b"\xd0\xcf\x11\xe0"
SECONDS = 10
MEBIBYTES = 400
WAIT = 120  # seconds on the clock
FORBIDDEN = ("Traceback", "internal error", "internal error", "lỗi của chương trình", "lỗi của phần mềm")

Dice = random.Random
Mutate = Callable[[bytes, Dice], bytes]
Arguments = tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """Files to damage, how, under which ending, and the command that is given the mutant."""

    contents: tuple[bytes, ...]
    suffix: str
    mutate: Mutate
    command: Callable[[Path, str, Dice], Arguments]


@dataclass(frozen=True)
class Ended:
    """How a command ended, with the processor time and memory that it and its children took."""

    code: int
    said: str
    seconds: float
    mebibytes: float

    def fault(self) -> str | None:
        forbidden = next((word for word in FORBIDDEN if word in self.said), None)
        if self.code not in (0, 1, 2, 3) or forbidden:
            return f"exit code {self.code}: {self.said[-300:]}"
        if self.seconds > SECONDS or self.mebibytes > MEBIBYTES:
            return f"{self.seconds:.1f} s, {self.mebibytes:.0f} MiB"
        return None


# ------------------------------------------------------------------------ commands, in a folder with what they need


def check(folder: Path, file: str, dice: Dice) -> Arguments:
    spoken = ("--lang", dice.choice(["vi", "en"]))
    match dice.randrange(8):
        case 0 | 1:
            return "check", file, "--annotate", str(folder / "out.xlsx"), *spoken
        case 2:
            return "submit", file, "--ledger", str(folder / "new.db"), *spoken
        case 3:
            return "check", file, "--publish", "--format", dice.choice(["html", "csv", "md"]), *spoken
        case _:
            return "check", file, "--format", dice.choice(["table", "json"]), *spoken


def use_plan(folder: Path, file: str, dice: Dice) -> Arguments:
    returns = str(folder / "returns.csv")
    return dice.choice([("plan", "check", file), ("plan", "show", file), ("check", returns, "--plan", file)])


def use_units(folder: Path, file: str, dice: Dice) -> Arguments:
    plan = (EXAMPLES / "plans" / "communes-2026.toml").read_text("utf-8")
    named = f'units_file = "{Path(file).name}"'
    (folder / "units.toml").write_text(plan.replace('units_file = "communes_2025.csv"', named), "utf-8")
    return use_plan(folder, str(folder / "units.toml"), dice)


def import_export(folder: Path, file: str, _: Dice) -> Arguments:
    return "import", file, "--ledger", str(folder / "new.db")


def fill_template(folder: Path, file: str, _: Dice) -> Arguments:
    returns, output = str(folder / "returns.csv"), str(folder / "o.docx")
    return "report", "--year", "2025", returns, "--output", output, "--docx-template", file


def use_ledger(folder: Path, file: str, dice: Dice) -> Arguments:
    command = dice.choice(ledgers.COMMANDS)
    return *command, *([str(folder / "returns.csv")] if command == ("submit",) else []), "--ledger", file


# ------------------------------------------------------------------------ kinds


def mutated_template(content: bytes, dice: Dice) -> bytes:
    if dice.random() < 0.5:
        return either(mutated_bytes, mutated_package)(content, dice)
    return templates.template(dice.choices(templates.ODD, k=dice.randint(1, 6)))


def mutated_ledger(content: bytes, dice: Dice) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        path.write_bytes(content)
        dice.choice(list(ledgers.KINDS.values()))(path, dice)
        return path.read_bytes()


def sent_files() -> list[bytes]:
    """Return all small returns that the tests and examples hold."""
    paths = [path for folder in ("faults", "cases", "contract/inputs/returns") for path in (HERE / folder).iterdir()]
    paths += [*EXAMPLES.rglob("*.xlsx"), *EXAMPLES.rglob("*.csv")]
    return [path.read_bytes() for path in sorted(paths) if path.suffix in ENDINGS and path.stat().st_size < LARGEST]


def kinds_of(folder: Path) -> dict[str, Kind]:
    """Return the eleven kinds, and write what their commands need to a folder."""
    plan = load_plan()
    write_csv(folder / "returns.csv", plan, of_2025())
    ledgers.ledger_with_history(folder / "ledger.db", plan)
    export = run("export", "--ledger", str(folder / "ledger.db")).out.encode()
    sent = sent_files()
    header = ["Đơn vị", "Năm", *(field.label.vi for field in offices.required(plan))]
    sent.append(offices.ods("Biểu 1", [header, ["Huyện Nho Quan", 2025, *[9] * 10]]))
    zips = tuple(content for content in sent if zipfile.is_zipfile(io.BytesIO(content)))
    documents = tuple(content for content in zips if b"content.xml" in content)
    legacy = tuple(content for content in sent if content.startswith(OLE))
    pages = tuple(content for content in sent if b"<t" in content[:3000].lower() and content not in (*zips, *legacy))
    texts = tuple(content for content in sent if content not in (*zips, *legacy, *pages))
    texts = tuple(content for content in texts if not content.startswith(b"PK"))
    plans = tuple(path.read_bytes() for path in sorted(BUILT_IN.glob("*.toml")))
    units = (EXAMPLES / "plans" / "communes_2025.csv").read_bytes()
    fields = ["{{ nam }}", "{{ noi_dung }}", "{%p for d in cac_don_vi %}", "{{ d.ten }}", "{%p endfor %}"]
    text = either(mutated_text, mutated_text, mutated_bytes)
    return {
        "bytes": Kind(tuple(sent), ".xlsx", mutated_bytes, check),
        "zip": Kind(zips, ".xlsx", mutated_package, check),
        "csv": Kind(texts, ".csv", either(mutated_csv, text), check),
        "xls": Kind(legacy, ".xls", mutated_bytes, check),
        "ods": Kind(documents, ".ods", mutated_package, check),
        "html": Kind(pages, ".xls", text, check),
        "toml": Kind(plans, ".toml", text, use_plan),
        "units": Kind((units,), ".csv", either(mutated_csv, text), use_units),
        "jsonl": Kind((export,), ".jsonl", text, import_export),
        "docx": Kind((templates.template(fields),), ".docx", mutated_template, fill_template),
        "ledger": Kind(((folder / "ledger.db").read_bytes(),), ".db", mutated_ledger, use_ledger),
    }


# ------------------------------------------------------------------------ runs


def ended(arguments: Arguments) -> Ended:
    """Run a command in a fork of this process."""
    answers, answer = os.pipe()
    shared = _mebibytes()
    child = os.fork()
    if child == 0:
        os.close(answers)
        signal.alarm(WAIT)
        try:
            ran = run(*arguments)
        except BaseException as error:
            ran = Ran(-1, "", f"Traceback: {error!r}")
        said = (ran.out[-100_000:] + ran.err)[-100_000:]
        own, of_children = (
            resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        with os.fdopen(answer, "w") as pipe:
            json.dump([ran.code, said, own + max(0, of_children - shared)], pipe)
        os._exit(0)
    os.close(answer)
    with os.fdopen(answers) as pipe:
        content = pipe.read()
    _, status, usage = os.wait4(child, 0)
    code, said, mebibytes = json.loads(content or json.dumps([-1, f"killed: {status}", 0]))
    return Ended(code, said, usage.ru_utime + usage.ru_stime, mebibytes)


def _mebibytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def mutants(count: int, seed: int, chosen: str | None, folder: Path) -> Iterator[tuple[str, Path, Arguments, Ended]]:
    dice = random.Random(seed)
    kinds = kinds_of(folder)
    os.chdir(folder)
    for kind in kinds.values():  # what is imported when it is needed is imported once
        (folder / "first").write_bytes(kind.contents[0])
        run(*kind.command(folder, str(folder / "first"), dice))
    gc.collect()
    gc.freeze()
    for number in range(count):
        name = chosen or list(kinds)[number % len(kinds)]
        kind = kinds[name]
        mutant = folder / f"{seed}-{number}-{name}{kind.suffix}"
        mutant.write_bytes(kind.mutate(dice.choice(kind.contents), dice))
        for stale in ("new.db", "out.xlsx", "o.docx"):
            (folder / stale).unlink(missing_ok=True)
        arguments = kind.command(folder, str(mutant), dice)
        yield name, mutant, arguments, ended(arguments)


def main(count: str = "2200", seed: str = "1", chosen: str | None = None) -> int:
    codes: Counter[tuple[str, int]] = Counter()
    slowest, largest, faults = (0.0, ""), (0.0, ""), 0
    folder = Path(tempfile.mkdtemp(prefix="gbv-kpi-mutants-"))
    started = time.monotonic()
    for name, mutant, arguments, end in mutants(int(count), int(seed), chosen, folder):
        codes[name, end.code] += 1
        slowest, largest = max(slowest, (end.seconds, mutant.name)), max(largest, (end.mebibytes, mutant.name))
        if fault := end.fault():
            faults += 1
            print(f"{mutant}: {' '.join(arguments)}: {fault}", flush=True)
        else:
            mutant.unlink()
    for name in dict.fromkeys(name for name, _ in codes):
        print(name, {code: codes[name, code] for code in range(-1, 4) if codes[name, code]})
    print(f"{count} mutants, seed {seed}, {faults} outside the contract, {time.monotonic() - started:.0f} s")
    print(f"slowest {slowest[0]:.1f} s ({slowest[1]}), largest {largest[0]:.0f} MiB ({largest[1]})")
    if faults:
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
