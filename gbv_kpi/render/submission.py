"""What became of files handed in: as a list, on a terminal, and as JSON, schema `gbv-kpi/submit/1`."""

from collections.abc import Iterator
from functools import reduce

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gbv_kpi.console import dumped_by_record, escape_controls
from gbv_kpi.i18n import Detail, Language, Phrase, phrase, plural
from gbv_kpi.kpi.year_record import Change
from gbv_kpi.ledger.entries import Revision
from gbv_kpi.ledger.record import State
from gbv_kpi.ledger.submit import Submission, SubmittedFile
from gbv_kpi.problems import error_count
from gbv_kpi.render.formatting import clock_text
from gbv_kpi.render.json import problem_record
from gbv_kpi.render.listing import Cell, Coded, Listing, on_terminal
from gbv_kpi.render.problem_groups import place_text
from gbv_kpi.render.problem_list import problem_groups
from gbv_kpi.render.terminal_text import said
from gbv_kpi.render.year_record import change_words

SHOWN_CHANGES = 50  # returns whose changes are shown one by one
STYLE = {State.RECORDED: "green", State.UNCHANGED: "dim", State.REFUSED: "bold red", State.BLANK: "dim"}
COUNTED = {
    State.RECORDED: phrase("recorded {count}"),
    State.UNCHANGED: phrase("unchanged {count}"),
    State.BLANK: phrase("blank {count}"),
    State.REFUSED: phrase("refused {count}"),
}
MARK = {State.RECORDED: "✓", State.UNCHANGED: "=", State.REFUSED: "✗", State.BLANK: "–"}


def submission_to_json(submission: Submission, language: Language) -> Iterator[str]:
    """The result with its messages in `language`, in pieces; everything else is the same in every language."""
    return dumped_by_record(
        {
            "schema": "gbv-kpi/submit/1",
            "plan": submission.plan.id,
            "dry_run": submission.is_rehearsal,
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


def _revised_record(revised: Revision) -> dict[str, object]:
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


def submission_listing(submission: Submission, language: Language) -> Listing:
    """Return a row for each file, with what was changed and what is wrong below them."""
    columns = (
        ("file", phrase("File")),
        ("state", phrase("Ledger")),
        ("returns", phrase("Valid returns")),
        ("new", None),
        ("corrected", None),
        ("errors", phrase("Errors")),
        ("warnings", phrase("Warnings")),
        ("sha256", None),
    )
    return Listing(
        phrase("Submitted returns"),
        columns,
        [_row(file, submission.is_rehearsal) for file in submission.files],
        tuple(_notes(submission, language)),
    )


def _row(file: SubmittedFile, is_rehearsal: bool) -> list[Cell]:
    state, new = file.filed.state, sum(one.entry.revision == 1 for one in file.filed.revised)
    errors = error_count(file.problems)
    status = phrase("(dry run) {status}", status=_fate(file)) if is_rehearsal else _fate(file)
    fate = phrase("{mark} {status}", mark=MARK[state], status=status)
    corrected = len(file.filed.revised) - new
    return [
        *(file.path, Coded(str(state), fate, STYLE[state]), file.returns),
        *(new, corrected, errors, len(file.problems) - errors, file.sha256),
    ]


def _notes(submission: Submission, language: Language) -> Iterator[Phrase]:
    for one in _corrected(submission):
        words = "; ".join(change_words(change, submission.plan, language) for change in one.changes)
        yield phrase("{what} {found}", what=_revision(one), found=words)
    for problem in submission.problems:
        place = ", ".join(part for part in (problem.place.file, place_text(problem)) if part)
        yield phrase("{place}: {message} {hint}", place=place, message=problem.message, hint=problem.hint)
    yield _summary(submission)


def submission_to_terminal(submission: Submission, language: Language) -> RenderableType:
    """A line for each file, what each correction changes, the problems, and the count of files last."""
    return Group(*_parts(submission, language))


def _parts(submission: Submission, language: Language) -> Iterator[RenderableType]:
    yield on_terminal(submission_listing(submission, language), language, ["file", "state"])
    yield Text()
    corrected = _corrected(submission)
    for one in corrected[:SHOWN_CHANGES]:
        yield said(_revision(one), language, "bold")
        for change in one.changes:
            yield Padding.indent(Text(escape_controls(change_words(change, submission.plan, language))), 4)
    if len(corrected) > SHOWN_CHANGES:
        yield said(plural("… {count} more", "… {count} more", len(corrected) - SHOWN_CHANGES), language, "dim")
    if corrected:
        yield Text()
    yield from problem_groups(submission.problems, language)
    yield said(_summary(submission), language, "bold red" if submission.exit_code else "bold green")


def _corrected(submission: Submission) -> list[Revision]:
    return [one for file in submission.files for one in file.filed.revised if one.entry.revision > 1]


def _revision(revised: Revision) -> Phrase:
    entry = revised.entry
    details = {"unit": entry.unit_name, "year": str(entry.year)}
    return phrase("{unit}, {year}, revision {revision}:", **details, revision=entry.revision)


def _summary(submission: Submission) -> Phrase:
    """Return how many files were recorded, unchanged and refused, without those that none was."""
    states = [file.filed.state for file in submission.files]
    counts = [(COUNTED[state], states.count(state)) for state in COUNTED if state in states]
    parts = [phrase(wording.wording, count=count) for wording, count in counts]
    told = reduce(lambda first, more: phrase("{first}, {others}", first=first, others=more), parts)
    details: dict[str, Detail] = {"ledger": submission.ledger, "counts": told}
    if submission.is_rehearsal:
        return phrase("Nothing was recorded. It would be in {ledger}: {counts}.", **details)
    return phrase("Ledger {ledger}: {counts}.", **details)


def _fate(file: SubmittedFile) -> Phrase:
    match file.filed.state:
        case State.REFUSED:
            return phrase("refused: nothing of this file was recorded")
        case State.BLANK:
            return phrase("blank: nothing to record")
        case State.UNCHANGED if file.filed.since is not None:
            day = clock_text(file.filed.since)
            if file.filed.corrected_since:
                return phrase(
                    "unchanged: recorded on {day} and corrected or withdrawn since; to restore its figures, "
                    "write a note below its table, save the file and submit it again",
                    day=day,
                )
            return phrase("unchanged: this very file was recorded on {day}", day=day)
        case State.UNCHANGED:
            return phrase("unchanged: the ledger has the same figures")
        case State.RECORDED:
            new = sum(one.entry.revision == 1 for one in file.filed.revised)
            corrected = len(file.filed.revised) - new
            told = plural("recorded: {count} new return", "recorded: {count} new returns", new)
            if new and corrected:
                return phrase("{recorded}, {count} corrected", recorded=told, count=corrected)
            return phrase("recorded: {count} corrected", count=corrected) if corrected else told
