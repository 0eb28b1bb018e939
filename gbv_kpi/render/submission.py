"""What became of files handed in: for a person, and as JSON, schema `gbv-kpi/submit/1`."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gbv_kpi.console import dumped_by_record, escape_controls
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.ledger.entries import Change
from gbv_kpi.ledger.record import Revised, State
from gbv_kpi.ledger.submit import Submission, SubmittedFile
from gbv_kpi.plan import Plan
from gbv_kpi.render.json import problem_record
from gbv_kpi.render.problem_list import problem_groups

SHOWN_CHANGES = 50  # returns whose changes are shown one by one
STYLE = {State.RECORDED: "green", State.UNCHANGED: "dim", State.REFUSED: "bold red", State.BLANK: "dim"}
MARK = {State.RECORDED: "✓", State.UNCHANGED: "=", State.REFUSED: "✗", State.BLANK: "–"}


def submission_to_json(submission: Submission, language: Language) -> Iterator[str]:
    """The result with its messages in `language`, in pieces; everything else is the same in every language."""
    return dumped_by_record(
        {
            "schema": "gbv-kpi/submit/1",
            "plan": submission.plan.id,
            "files": map(_file_record, submission.files),
            "problems": (problem_record(problem, language) for problem in submission.problems),
            "exit_code": submission.exit_code,
        }
    )


def _file_record(file: SubmittedFile) -> dict[str, object]:
    return {
        "path": file.path,
        "sha256": file.sha256,
        "returns": file.returns,
        "state": str(file.filed.state),
        "recorded_before": file.filed.since.isoformat() if file.filed.since else None,
        "corrected_since": file.filed.corrected_since,
        "recorded": [_revised_record(one) for one in file.filed.revised],
    }


def _revised_record(revised: Revised) -> dict[str, object]:
    entry = revised.entry
    return {
        "unit": entry.unit.code,
        "unit_name": entry.unit_name,
        "year": entry.year,
        "revision": entry.revision,
        "changes": [change_record(change) for change in revised.changes],
    }


def change_record(change: Change) -> dict[str, object]:
    return {"field": change.field, "old": change.old, "new": change.new}


def submission_to_terminal(submission: Submission, language: Language) -> RenderableType:
    """A line for each file, what each correction changes, the problems, and the count of files last."""
    return Group(*_parts(submission, language))


def _parts(submission: Submission, language: Language) -> Iterator[RenderableType]:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    table.add_column(language.say(phrase("File")), overflow="fold")
    table.add_column(language.say(phrase("Ledger")), overflow="fold")
    for file in submission.files:
        state = file.filed.state
        said = Text(f"{MARK[state]} {escape_controls(language.say(_fate(file)))}", STYLE[state])
        table.add_row(escape_controls(file.path), said)
    yield table
    yield Text()
    yield from _changes(submission, language)
    yield from problem_groups(submission.problems, language)
    count = {state: sum(file.filed.state is state for file in submission.files) for state in State}
    summary = phrase(
        "Ledger {ledger}: recorded {recorded}, unchanged {unchanged}, refused {refused}.",
        ledger=submission.ledger,
        recorded=count[State.RECORDED],
        unchanged=count[State.UNCHANGED],
        refused=count[State.REFUSED],
    )
    yield Text(escape_controls(language.say(summary)), "bold red" if count[State.REFUSED] else "bold green")


def _fate(file: SubmittedFile) -> Phrase:
    match file.filed.state:
        case State.REFUSED:
            return phrase("refused: nothing of this file was recorded")
        case State.BLANK:
            return phrase("blank: there is nothing to record")
        case State.UNCHANGED if file.filed.since is not None:
            day = file.filed.since.strftime("%d/%m/%Y %H:%M UTC")
            if file.filed.corrected_since:
                return phrase(
                    "unchanged: this very file was recorded on {day} and corrected since; to go back, save it anew",
                    day=day,
                )
            return phrase("unchanged: this very file was recorded on {day}", day=day)
        case State.UNCHANGED:
            return phrase("unchanged: the ledger has the same figures")
        case State.RECORDED:
            new = sum(one.entry.revision == 1 for one in file.filed.revised)
            corrected = len(file.filed.revised) - new
            if not corrected:
                return plural("recorded: {count} new return", "recorded: {count} new returns", new)
            return phrase("recorded: {new} new returns, {corrected} corrected", new=new, corrected=corrected)


def _changes(submission: Submission, language: Language) -> Iterator[RenderableType]:
    corrected = [one for file in submission.files for one in file.filed.revised if one.entry.revision > 1]
    for one in corrected[:SHOWN_CHANGES]:
        entry = one.entry
        heading = phrase(
            "{unit}, {year}, revision {revision}:",
            unit=entry.unit_name,
            year=str(entry.year),
            revision=entry.revision,
        )
        yield Text(escape_controls(language.say(heading)), "bold")
        for change in one.changes:
            yield Padding.indent(Text(escape_controls(change_words(change, submission.plan, language))), 4)
    if len(corrected) > SHOWN_CHANGES:
        yield Text(language.say(plural("… {count} more", "… {count} more", len(corrected) - SHOWN_CHANGES)), "dim")
    if corrected:
        yield Text()


def change_words(change: Change, plan: Plan, language: Language) -> str:
    """Số cơ sở giáo dục: 92 → 93."""
    field = plan.field_by_id.get(change.field)
    old, new = ("–" if count is None else language.number(count) for count in (change.old, change.new))
    return f"{language.say(field.label) if field else change.field}: {old} → {new}"
