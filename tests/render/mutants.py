"""Word templates damaged at random through the real command line: a document, or one line that says what is wrong.

    python -m tests.render.mutants [COUNT] [SEED]

Bytes of the file, bytes of the XML inside it, or its expressions are changed. Exits 1 at the first traceback, "fault in
the program", other exit code, or template that takes ten seconds of processor time; leaves that mutant.
"""

import io
import random
import resource
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import docx

from gbv_kpi.plan import load_plan
from tests.command import of_2025, run, write_csv
from tests.mutations import mutated_bytes

SECONDS = 10
ODD = [
    "{{ noi_dung }}", "{{ nam }}", "{{ nam.__class__ }}", "{% for a in range(99999) %}", "{% endfor %}",
    "{{ cac_don_vi }}",
    "{%tr for d in cac_don_vi %}", "{%p endfor %}", "{{ d.ten }}", "{{", "}}", "{%", "%}", "{# x", "{{ 'a' * 9999 }}",
    "{% set a = a ~ a %}", "{{ (((((((((nam))))))))) }}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ phu_luc|upper }}", "{% if nam %}", "{% endif %}", "{{r nam }}", "{%tc for c in cac_chi_tieu %}", "{% vm %}",
    "{% hm %}", "{% colspan 99999999 %}", "{% cellbg nam %}", "{{ nam|center(99999999) }}", "{% include nam %}",
]  # fmt: skip


def template(lines: list[str]) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(1, 1).text = lines[0], lines[0]
    document.sections[0].header.paragraphs[0].text = lines[0]
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def mutated_part(content: bytes, dice: random.Random) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after:
        chosen = dice.choice(["word/document.xml", "word/document.xml", *before.namelist()])
        for name in before.namelist():
            part = before.read(name)
            after.writestr(name, mutated_bytes(part, dice) if name == chosen else part)
    return packed.getvalue()


def mutate(count: int, seed: int) -> int:
    dice, ended = random.Random(seed), Counter[tuple[str, int]]()
    folder = Path(tempfile.mkdtemp(prefix="gbv-kpi-templates-"))
    returns = write_csv(folder / "r.csv", load_plan(), of_2025())
    whole = template(["Năm {{ nam }}", "{{ noi_dung }}", "{%p for d in cac_don_vi %}", "{{ d.ten }}", "{%p endfor %}"])
    (folder / "whole.docx").write_bytes(whole)
    arguments = ("report", "--year", "2025", returns, "--output", str(folder / "o.docx"), "--docx-template")
    if run(*arguments, str(folder / "whole.docx")).code != 0:
        raise ValueError("the template is damaged before it is")
    for number in range(count):
        kind = ("bytes", "parts", "expressions")[number % 3]
        mutant = folder / f"{number}-{kind}.docx"
        match kind:
            case "bytes":
                mutant.write_bytes(mutated_bytes(whole, dice))
            case "parts":
                mutant.write_bytes(mutated_part(whole, dice))
            case _:
                mutant.write_bytes(template(dice.choices(ODD, k=dice.randint(1, 6))))
        before = _seconds()
        ran = run(*arguments, str(mutant))
        taken = _seconds() - before
        ended[kind, ran.code] += 1
        if ran.code not in (0, 1, 2) or "fault" in ran.err or "internal error" in ran.err or taken > SECONDS:
            print(f"{mutant}: {ran} after {taken:.1f} s")
            return 1
        mutant.unlink()
    print(f"{count} mutants, seed {seed}:", {f"{kind} {code}": n for (kind, code), n in sorted(ended.items())})
    return 0


def _seconds() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


if __name__ == "__main__":
    sys.exit(mutate(*(int(argument) for argument in [*sys.argv[1:], *("600", "1")[len(sys.argv) - 1 :]])))
