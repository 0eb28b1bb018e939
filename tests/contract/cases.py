"""The command lines whose output is pinned. The steps of `STORY` share a ledger and run in order."""

import json
from collections.abc import Iterator

from tests.command import run
from tests.contract.transcript import FOLDERS, Case, Step

LANGUAGES = ("en", "vi")
TEXT_FORMATS = ("table", "json", "csv", "md")
COMMANDS = (
    *("check", "template", "report", "submit", "status", "history", "trace", "trend", "export", "import", "explain"),
    *("config", "withdraw", "note", "sign", "diff", "letters"),
    *("plan", "plan list", "plan show", "plan check", "plan new", "plan schema"),
)
PLANS = (
    *("ninh-binh-63-kh-ubnd", "binh-thuan-832-kh-ubnd", "ha-noi-106-kh-ubnd", "khanh-hoa-4233-kh-ubnd"),
    *("quoc-gia-28-nq-cp", "examples/plans/communes-2026.toml", "inputs/plans/merging.toml"),
)
CODES = tuple(entry["code"] for entry in json.loads(run("explain", "--format", "json").out)["codes"])

# What is reported, by the name of its golden files: the year, and the rest of the command line.
REPORTS = {
    **{f"examples-{year}": (year, f"examples/{year}") for year in range(2021, 2026)},
    "tong-hop-2023": (2023, "cases/tong-hop-2023.xlsx"),
    "loi-2023": (2023, "cases/loi-2023.xlsx"),
    "nho-quan-2025": (2025, "cases/nho-quan-2025.xlsx"),
    "cp1258-2025": (2025, "cases/tong-hop-2025-cp1258.csv"),
    "with-mistakes": (2024, "examples/with-mistakes"),
    "small-counts": (2025, "inputs/returns/small-counts-2025.csv"),
    "four-units": (2025, "inputs/returns/four-units-2025.csv"),
    "any-unit": (2026, "inputs/returns/any-unit.csv --plan inputs/plans/small.toml"),
}
# Of these there are also workbooks, documents and pages, each in the languages said here.
FILES_IN_VIETNAMESE = ("examples-2021", "examples-2025", "loi-2023", "any-unit")
FILES_IN_ENGLISH = ("examples-2025", "four-units", "any-unit")
FILES_TO_PUBLISH = ("examples-2025", "small-counts", "four-units")


def steps(*lines: str, writes: str = "", on_screen: bool = False) -> tuple[Step, ...]:
    """Return a step for each line; `~` in a word stands for a space."""
    return tuple(Step(words(line), tuple(writes.split()), on_screen=on_screen) for line in lines)


def words(line: str) -> tuple[str, ...]:
    return tuple(word.replace("~", " ") for word in line.split())


def in_both(*lines: str) -> tuple[Step, ...]:
    """Return each line in English and in Vietnamese."""
    return steps(*(f"{line} --lang {tag}" for line in lines for tag in LANGUAGES))


def returns_in(folder: str) -> list[str]:
    """Return every file below a folder that may hold a return, as the commands are given it."""
    root = FOLDERS[folder]
    found = (path for path in root.rglob("*") if path.suffix in {".xlsx", ".csv", ".xls", ".ods"})
    return sorted(f"{folder}/{path.relative_to(root).as_posix()}" for path in found)


def help_cases() -> Iterator[Case]:
    yield Case("help/gbv-kpi", steps("--help", "--lang vi --help", "--version", ""))
    for command in COMMANDS:
        name = command.replace(" ", "-")
        yield Case(f"help/{name}", steps(f"{command} --help", f"--lang vi {command} --help"))
    yield Case("help/screen", steps("check --help", "plan --help", on_screen=True))


def check_cases() -> Iterator[Case]:
    for file in [*returns_in("examples"), *returns_in("cases"), *returns_in("inputs")]:
        name = file.replace("/", "-").removeprefix("inputs-")
        lines = [f"check {file} --lang {tag}" for tag in LANGUAGES]
        yield Case(f"check/{name}", steps(*lines, f"check {file} --format json"))
    for name, (_, arguments) in REPORTS.items():
        if name in FILES_IN_ENGLISH:
            yield Case(f"check/{name}.csv", in_both(f"check {arguments} --format csv"))
        yield Case(f"check/{name}.md", in_both(f"check {arguments} --format md"))
        formats = TEXT_FORMATS if name == "small-counts" else ("table",)
        yield Case(f"check/{name}.publish", steps(*(f"check {arguments} --publish --format {f}" for f in formats)))
        yield Case(f"check/{name}.screen", steps(f"check {arguments}", on_screen=True))
    for folder in ("examples", "inputs/returns", "examples/2023", "examples/2025"):
        name = folder.replace("/", "-")
        yield Case(f"check/{name}.folder", steps(f"check {folder}", f"check {folder} --format json --lang vi"))
    yield Case(
        "check/options",
        steps(
            *(f"check cases/loi-2023.xlsx --quiet --fail-on {when}" for when in ("missed", "invalid", "never")),
            "check examples/2025 --quiet --fail-on invalid",
            "check cases/nho-quan-2025.xlsx --fail-on incomplete",
            "check inputs/returns/missing-year.xlsx --year 2024",
            "check inputs/returns/small-counts-2025.csv --publish --min-count 3",
            "check inputs/returns/small-counts-2025.csv --publish --min-count 20 --format json",
        ),
    )
    content = (FOLDERS["inputs"] / "returns" / "small-counts-2025.csv").read_bytes()
    yield Case("check/standard-input", (Step(("check", "-"), stdin=content),))
    for form in ("csv", "md", "json", "txt"):
        file = f"check.{form}"
        yield Case(f"check/output.{form}", steps(f"check examples/2024 --output {file}", writes=file))


def report_cases() -> Iterator[Case]:
    yield Case("report/csv-in-vietnamese", steps("report --year 2025 examples/2025 --format csv --lang vi"))
    yield Case("report/page", in_both("report --year 2025 examples/2025 --format html"))
    for office in ("office", "office-mistaken"):
        line = f"report --year 2025 examples/2025 --docx-template inputs/{office}.docx"
        yield output_case(f"report/{office}", line, "docx")
    for name, (year, arguments) in REPORTS.items():
        line = f"report --year {year} {arguments}"
        for form in ("table", "md"):
            yield Case(f"report/{name}.{form}", in_both(f"{line} --format {form}"))
        for form in ("json", "csv"):
            yield Case(f"report/{name}.{form}", steps(f"{line} --format {form}"))
        yield Case(f"report/{name}.screen", steps(line, on_screen=True))
        formats = TEXT_FORMATS if name in FILES_TO_PUBLISH else ("table", "json")
        yield Case(f"report/{name}.publish", steps(*(f"{line} --publish --format {f}" for f in formats)))
        for form in ("html", "xlsx", "docx"):
            if name in FILES_IN_VIETNAMESE:
                yield output_case(f"report/{name}.vi", f"{line} --lang vi", form)
            if name in FILES_IN_ENGLISH:
                yield output_case(f"report/{name}.en", f"{line} --lang en", form)
            if name in FILES_TO_PUBLISH:
                yield output_case(f"report/{name}.publish", f"{line} --publish", form)


def output_case(name: str, line: str, suffix: str) -> Case:
    """Return a case whose result is a file, recorded as text."""
    file = f"{name.replace('/', '-')}.{suffix}"
    return Case(f"{name}.{suffix}", steps(f"{line} --output {file}", writes=file))


def annotate_cases() -> Iterator[Case]:
    files = ("cases/loi-2023.xlsx", "examples/with-mistakes/tong-hop-2024.xlsx", "examples/2024/bieu-cheo-2024.xlsx")
    returns = ("duplicate-return.xlsx", "table.xls", "legacy-encoding.csv", "conflicting-unit.xlsx", "truncated.xlsx")
    for file in (*files, *(f"inputs/returns/{name}" for name in returns)):
        stem = file.rpartition("/")[2]
        for tag in LANGUAGES:
            out = f"{stem}.{tag}.xlsx"
            yield Case(
                f"annotate/{stem}.{tag}", steps(f"check {file} --quiet --annotate {out} --lang {tag}", writes=out)
            )


def template_cases() -> Iterator[Case]:
    one = "template --year 2024 --unit Huyện~Nho~Quan"
    for tag in ("vi", "en", "both"):
        yield output_case(f"template/table.{tag}", f"template --year 2025 --layout table --lang {tag}", "xlsx")
        yield output_case(f"template/unit-form.{tag}", f"{one} --layout form --lang {tag}", "xlsx")
    yield output_case("template/form", "template --year 2025 --layout form", "xlsx")
    yield output_case("template/unit-table", f"{one} --layout table", "xlsx")
    yield output_case("template/merging", "template --year 2027 --plan inputs/plans/merging.toml", "xlsx")
    yield output_case("template/national", "template --year 2025 --plan quoc-gia-28-nq-cp", "xlsx")
    yield output_case("template/outside", "template --year 2031", "xlsx")
    yield output_case("template/unknown-unit", "template --year 2025 --unit Gia~Viển", "xlsx")


def plan_cases() -> Iterator[Case]:
    yield Case("plan/list", (*in_both("plan list"), *steps("plan list --format json")))
    for plan in PLANS:
        name = plan.rpartition("/")[2].removesuffix(".toml")
        yield Case(f"plan/show-{name}", (*in_both(f"plan show {plan}"), *steps(f"plan show {plan} --format json")))
    yield Case("plan/show-dates", steps("plan show --year 2024", "plan show --on 2025-03-01", "plan show --year 2020"))
    yield Case("plan/show-screen", steps("plan show", on_screen=True))
    yield Case("plan/new", in_both("plan new"))
    yield Case("plan/schema", steps("plan schema"))
    files = ("small", "merging", "unclosed", "mistaken", "contradicting", "doubtful", "units-file-missing")
    for plan in ("examples/plans/communes-2026.toml", *(f"inputs/plans/{name}.toml" for name in files), "no-such.toml"):
        name = plan.rpartition("/")[2].removesuffix(".toml")
        yield Case(f"plan/check-{name}", (*in_both(f"plan check {plan}"), *steps(f"plan check {plan} --format json")))
        yield Case(f"plan/use-{name}", steps(f"check cases/tong-hop-2023.xlsx --plan {plan}"))


def explain_cases() -> Iterator[Case]:
    yield Case("explain/all", in_both("explain", "explain --format json"))
    yield Case("explain/unknown", in_both("explain part-exceed-total", "explain zzz"))
    for tag in LANGUAGES:
        yield Case(f"explain/each.{tag}", steps(*(f"explain {code} --lang {tag}" for code in CODES)))


ERRORS = {
    "missing-file": "check no-such.xlsx",
    "several-files-missing": "check no-such.xlsx cases/tong-hop-2023.xlsx",
    "no-file": "check",
    "bad-format": "check cases/tong-hop-2023.xlsx --format pdf",
    "bad-format-of-report": "report --year 2025 examples/2025 --format pdf",
    "empty-folder": "check empty",
    "folder-without-returns": "check inputs/plans",
    "unknown-plan": "check cases/tong-hop-2023.xlsx --plan ninh-binh",
    "plan-with-mistakes": "check cases/tong-hop-2023.xlsx --plan inputs/plans/mistaken.toml",
    "misspelt-option": "check cases/tong-hop-2023.xlsx --fromat json",
    "misspelt-command": "chekc cases/tong-hop-2023.xlsx",
    "misspelt-plan-command": "plan shwo",
    "unknown-command": "judge",
    "option-without-value": "check cases/tong-hop-2023.xlsx --format",
    "no-year": "report examples/2025",
    "year-is-no-number": "report --year abc examples/2025",
    "year-outside-plan": "report --year 1990 examples/2025",
    "no-return-of-year": "report --year 2024 examples/2025",
    "as-of-with-files": "report --year 2025 examples/2025 --as-of 2025-12-01",
    "as-of-no-day": "report --year 2025 --as-of yesterday",
    "no-ledger": "report --year 2025 --ledger no-such.db",
    "ledger-is-no-database": "report --year 2025 --ledger cases/expected.json",
    "min-count-without-publish": "check examples/2025 --min-count 3",
    "min-count-too-small": "check examples/2025 --publish --min-count 1",
    "bad-fail-on": "check examples/2025 --fail-on always",
    "bad-language": "check examples/2025 --lang fr",
    "output-into-missing-folder": "check examples/2025 --output no-such/check.json",
    "output-over-return": "check cases/tong-hop-2023.xlsx --output cases/tong-hop-2023.xlsx",
    "annotate-several": "check examples/2023 --annotate marked.xlsx",
    "annotate-no-workbook": "check cases/loi-2023.xlsx --annotate marked.csv",
    "annotate-over-return": "check cases/loi-2023.xlsx --annotate cases/loi-2023.xlsx",
    "template-no-workbook": "template --year 2025 --output blank.csv",
    "docx-template-for-table": "report --year 2025 examples/2025 --docx-template cases/loi-2023.xlsx",
    "docx-template-no-document": (
        "report --year 2025 examples/2025 --docx-template cases/loi-2023.xlsx --output report.docx"
    ),
    "surplus-argument": "plan list surplus",
    "plan-show-no-day": "plan show --on yesterday",
    "import-no-export": "import cases/expected.json --ledger imported.db",
    "status-without-units": "status --year 2025 --plan quoc-gia-28-nq-cp --ledger no-such.db",
}


VARIABLES = {
    "GBV_KPI_LANG": ("vi", "en", "fr"),
    "LANG": ("vi_VN.UTF-8", "vi", "en_GB.UTF-8", "fr_FR"),
    "GBV_KPI_FORMAT": ("json", "pdf"),
    "GBV_KPI_PLAN": ("quoc-gia-28-nq-cp", "no-such-plan"),
    "GBV_KPI_FAIL_ON": ("never", "always"),
    "GBV_KPI_MIN_COUNT": ("20", "one"),
}


def environment_cases() -> Iterator[Case]:
    line = words("check cases/nho-quan-2025.xlsx --publish")
    for variable, values in VARIABLES.items():
        settings = tuple(Step(line, environment=((variable, value),)) for value in values)
        yield Case(f"environment/{variable}", settings)


def error_cases() -> Iterator[Case]:
    for name, line in ERRORS.items():
        lines = (line, f"--lang vi {line}")
        yield Case(f"errors/{name}", steps(*lines))
    yield Case("errors/screen-for-a-file", steps("report --year 2025 examples/2025 --format xlsx", on_screen=True))


def story() -> Iterator[Case]:
    """Yield the years of an office: returns come in, are corrected, and the ledger is asked."""
    ledger = "--ledger ledger.db"
    handed_in = (
        ("2021-in-time", "2021-12-10T08:00", "examples/2021 --by Lan"),
        ("2022", "2022-12-15T16:45", "examples/2022 --by Minh --format json"),
        ("2023", "2023-12-31T23:30", "examples/2023 --by Lan"),
        ("2024", "2025-01-02T00:15", "examples/2024 --by Lan --lang vi"),
        ("2025", "2025-12-20T09:00", "examples/2025 --by Lan"),
        ("2025-again", "2025-12-21T09:00", "examples/2025 --by Minh"),
        ("2025-corrected", "2026-01-05T14:00", "inputs/returns/corrected-2025.csv --by Minh"),
        ("2025-corrected-json", "2026-01-06T07:05", "cases/nho-quan-2025.xlsx --by Lan --format json"),
        ("2023-corrected", "2026-01-07T10:00", "cases/tong-hop-2023.xlsx --by Lan --lang vi"),
        ("refused", "2026-01-08T10:00", "examples/with-mistakes cases/loi-2023.xlsx --by Lan"),
        ("refused-json", "2026-01-08T10:01", "examples/with-mistakes --by Lan --format json --lang vi"),
        ("quiet", "2026-01-08T10:02", "examples/2025/cap-tinh-2025.xlsx --by Lan --quiet"),
    )
    for name, at, arguments in handed_in:
        yield Case(f"story/submit-{name}", (Step(words(f"submit {arguments} {ledger}"), at=at),))
    yield from questions("story", ledger, "en")
    yield from officers_year()
    partial = "--ledger partial.db"
    lines = ("submit examples/2025/ba-huyen-2025.csv --by Lan", "submit inputs/returns/four-units-2025.csv --by Lan")
    yield Case("partial/submit", steps(*(f"{line} {partial}" for line in lines)))
    yield from questions("partial", partial, "vi")
    dated = "--ledger dated.db --plan inputs/plans/merging.toml"
    handed = words(f"submit inputs/returns/merging-2026.csv --by Lan {dated}")
    yield Case("dated/submit", (Step(handed, at="2027-01-16T00:00"),))
    for name, at in (("before", "2028-01-15T23:00"), ("after", "2028-01-16T00:30")):
        asked = [
            f"status --year {year} {dated}{more}" for year in (2026, 2027, 2028) for more in ("", " --format json")
        ]
        yield Case(f"dated/status-{name}", tuple(Step(words(line), at=at) for line in asked))
    exported = Step(words(f"export {ledger} --output ledger.jsonl"), ("ledger.jsonl",))
    yield Case("story/export", (*steps(f"export {partial}"), exported))
    imports = ("import ledger.jsonl --ledger other.db", "import ledger.jsonl --ledger other.db --lang vi")
    yield Case("story/import", steps(*imports, "trend --ledger other.db", "history --ledger other.db --year 2025"))


def officers_year() -> Iterator[Case]:
    """Yield a year that is rehearsed, corrected, explained, signed and compared."""
    year = "--year 2025 --ledger year.db"
    unit = f"--unit Huyện~Yên~Mô {year} --by Lan"
    lines = (
        ("rehearsal", "2026-01-02T08:00", ("submit examples/2025 --ledger year.db --dry-run",)),
        ("submit", "2026-01-02T09:00", ("submit examples/2025 --ledger year.db --by Lan --quiet",)),
        ("withdraw", "2026-01-03T08:00", (f"withdraw {unit} --reason Gửi~nhầm", f"withdraw {unit} --reason Gửi~nhầm")),
        ("note", "2026-01-04T08:00", (f"note --unit 372 {year} --by Lan Hai~trường~sáp~nhập",)),
        ("sign", "2026-01-05T08:00", (f"sign {year} --by Lan", f"sign {year} --by Minh", f"sign {year} --format json")),
        ("correct", "2026-01-06T08:00", ("submit inputs/returns/corrected-2025.csv --ledger year.db --by Lan",)),
    )
    for name, at, steps_of_case in lines:
        spoken = [f"{line} --lang {tag}" for line in steps_of_case[:1] for tag in LANGUAGES[name != "rehearsal" :]]
        asked = (*spoken, *steps_of_case[1:])
        yield Case(f"year/{name}", tuple(Step(words(line), at=at) for line in asked))
    for name, line in {
        "diff": f"diff {year}",
        "status": f"status {year}",
        "history": f"history {year} --unit Huyện~Yên~Mô",
        "report": f"report {year}",
    }.items():
        forms = (*(f"--lang {tag}" for tag in LANGUAGES), "--format json")
        yield Case(f"year/{name}", steps(*(f"{line} {form}" for form in forms)))
    yield output_case("year/report", f"report {year}", "docx")


def questions(name: str, ledger: str, tag: str) -> Iterator[Case]:
    """Yield all that a ledger is asked, in a language and as JSON."""

    def asked(subject: str, *lines: str) -> Case:
        forms = (f"--lang {tag}", "--format json")
        return Case(f"{name}/{subject}", steps(*(f"{line} {ledger} {form}" for line in lines for form in forms)))

    yield asked("status", "status --year 2025", "status --year 2024 --fail-on never")
    yield asked("history-unit", "history --unit Huyện~Nho~Quan", "history --unit 377 --year 2025")
    yield asked("history-as-of", "history --year 2025 --as-of 2025-12-31")
    yield Case(f"{name}/history", steps(f"history {ledger} --lang {tag}"))
    yield asked("trace", "trace training --year 2025", "trace help-seeking --year 2023 --unit Huyện~Nho~Quan")
    yield asked("trace-as-of", "trace education --year 2025 --as-of 2025-12-31")
    yield asked("trace-unknown", "trace training --year 2025 --unit Gia~Viển", "trace traning --year 2025")
    yield asked("trend", "trend")
    yield Case(f"{name}/trend-as-of", steps(f"trend --as-of 2025-01-01 {ledger} --lang {tag}"))
    yield asked(
        "as-of-no-day", "trend --as-of yesterday", "history --as-of 2025-13-01", "history --unit 369 --year 2020"
    )
    yield Case(f"{name}/trend-publish", steps(f"trend --publish {ledger} --lang {tag}"))
    yield asked("report", "report --year 2025", "report --year 2023")
    yield asked("report-as-of", "report --year 2025 --as-of 2025-12-31T12:00", "report --year 2025 --as-of 2020-01-01")
    screens = ("status --year 2025", "history --unit 377", "trace training --year 2025", "trend", "report --year 2025")
    yield Case(f"{name}/screen", steps(*(f"{line} {ledger}" for line in screens), on_screen=True))
    line = f"report --year 2025 {ledger} --lang {tag}"
    yield Case(f"{name}/report.text", steps(*(f"{line} --format {form}" for form in ("csv", "md"))))
    yield Case(f"{name}/report.publish", steps(*(f"{line} --publish --format {form}" for form in TEXT_FORMATS)))
    for form in ("html", "xlsx", "docx") if name == "story" else ("html",):
        yield output_case(f"{name}/report", line, form)


CASES = (
    *help_cases(),
    *check_cases(),
    *report_cases(),
    *annotate_cases(),
    *template_cases(),
    *plan_cases(),
    *explain_cases(),
    *environment_cases(),
    *error_cases(),
)
STORY = tuple(story())
# The commands that read a return are shown by default with a few returns only.
OF_RETURNS = ("check/", "report/", "annotate/", "explain/each.")
QUICK = ("check/any-unit", "check/loi-2023", "check/returns-personal", "report/any-unit", "annotate/loi-2023")


def is_quick(case: Case) -> bool:
    return not case.name.startswith(OF_RETURNS) or case.name.startswith(QUICK)
