"""Render the results of submitted files: as a list, on a terminal, and as JSON, schema `gbv-kpi/submit/1`."""

from collections.abc import Iterator
from functools import reduce

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gbv_kpi.console import json_pieces
from gbv_kpi.i18n import Detail, Language, Phrase, phrase, plural
from gbv_kpi.ledger.entries import Revision
from gbv_kpi.ledger.submit import State, Submission, SubmittedFile
from gbv_kpi.problems import error_count
from gbv_kpi.render.formatting import clock_text
from gbv_kpi.render.json import attributes, problem_record
from gbv_kpi.render.listing import Cell, Coded, Columns, Listing, listing_of, on_terminal
from gbv_kpi.render.outcome import problem_groups
from gbv_kpi.render.problems import correction, place_text
from gbv_kpi.render.table import styled
from gbv_kpi.render.year_record import change_words

SHOWN_CHANGES = 50  # returns shown with their changes
LOOKS = {
    State.RECORDED: ("✓", phrase("recorded {count}"), "green"),
    State.UNCHANGED: ("=", phrase("unchanged {count}"), "dim"),
    State.BLANK: ("–", phrase("blank {count}"), "dim"),
    State.REFUSED: ("✗", phrase("refused {count}"), "bold red"),
}


def submission_to_json(submission: Submission, language: Language) -> Iterator[str]:
    """Yield the result in pieces, its messages in `language`; everything else is the same in every language."""
    return json_pieces(
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
        **attributes(file, "path", "sha256", "returns"),
        "state": file.state,
        "recorded_before": file.since.isoformat() if file.since else None,
        "corrected_since": file.corrected_since,
        "recorded": [
            {
                "unit": revised.entry.unit.code,
                **attributes(revised.entry, "unit_name", "year", "revision"),
                "changes": [attributes(change, "field", "old", "new") for change in revised.changes],
            }
            for revised in file.revised
        ],
    }


def submission_listing(submission: Submission, language: Language) -> Listing:
    def state(file: SubmittedFile) -> Cell:
        found = file.state
        mark, _, style = LOOKS[found]
        words = phrase("(dry run) {status}", status=_result(file)) if submission.is_rehearsal else _result(file)
        return Coded(str(found), phrase("{mark} {status}", mark=mark, status=words), style)

    columns: Columns[SubmittedFile] = (
        ("file", phrase("File"), lambda file: file.path),
        ("state", phrase("Ledger"), state),
        ("returns", phrase("Valid returns"), lambda file: file.returns),
        ("new", None, lambda file: len(file.revised) - len(_corrections(file))),
        ("corrected", None, lambda file: len(_corrections(file))),
        ("errors", phrase("Errors"), lambda file: error_count(file.problems)),
        ("warnings", phrase("Warnings"), lambda file: len(file.problems) - error_count(file.problems)),
        ("sha256", None, lambda file: file.sha256),
    )
    return listing_of(phrase("Submitted returns"), columns, submission.files, _notes(submission, language))


def _corrections(file: SubmittedFile) -> list[Revision]:
    return [revised for revised in file.revised if revised.entry.revision > 1]


def _notes(submission: Submission, language: Language) -> Iterator[Phrase]:
    for revised in (revised for file in submission.files for revised in _corrections(file)):
        words = "; ".join(change_words(change, submission.plan, language) for change in revised.changes)
        yield phrase("{what} {found}", what=_revision(revised), found=words)
    for problem in submission.problems:
        place = ", ".join(part for part in (problem.place.file, place_text(problem)) if part)
        yield correction(problem, place)
    yield _summary(submission)


def submission_to_terminal(submission: Submission, language: Language) -> RenderableType:
    """Return a line for each file, what each correction changes, the problems, and the count of files last."""
    corrected = [revised for file in submission.files for revised in _corrections(file)]
    parts: list[RenderableType] = [on_terminal(submission_listing(submission, language), language, ["file", "state"])]
    parts.append(Text())
    for revised in corrected[:SHOWN_CHANGES]:
        parts.append(styled(_revision(revised), language, "bold"))
        texts = (change_words(change, submission.plan, language) for change in revised.changes)
        parts += [Padding.indent(styled(text, language), 4) for text in texts]
    if (more := len(corrected) - SHOWN_CHANGES) > 0:
        parts.append(styled(plural("… {count} more", "… {count} more", more), language, "dim"))
    if corrected:
        parts.append(Text())
    style = "bold red" if submission.exit_code else "bold green"
    return Group(*parts, *problem_groups(submission.problems, language), styled(_summary(submission), language, style))


def _revision(revised: Revision) -> Phrase:
    entry = revised.entry
    details = {"unit": entry.unit_name, "year": str(entry.year)}
    return phrase("{unit}, {year}, revision {revision}:", **details, revision=entry.revision)


def _summary(submission: Submission) -> Phrase:
    """Return the number of files in each state that any file has."""
    states = [file.state for file in submission.files]
    parts = [
        phrase(words.wording, count=states.count(state)) for state, (_, words, _) in LOOKS.items() if state in states
    ]
    counts = reduce(lambda first, others: phrase("{first}, {others}", first=first, others=others), parts)
    details: dict[str, Detail] = {"ledger": submission.ledger, "counts": counts}
    if submission.is_rehearsal:
        return phrase("Nothing was recorded. It would be in {ledger}: {counts}.", **details)
    return phrase("Ledger {ledger}: {counts}.", **details)


def _result(file: SubmittedFile) -> Phrase:
    match file.state:
        case State.REFUSED:
            return phrase("refused: nothing of this file was recorded")
        case State.BLANK:
            return phrase("blank: nothing to record")
        case State.RECORDED:
            corrected = len(_corrections(file))
            new = len(file.revised) - corrected
            recorded = plural("recorded: {count} new return", "recorded: {count} new returns", new)
            if new and corrected:
                return phrase("{recorded}, {count} corrected", recorded=recorded, count=corrected)
            return phrase("recorded: {count} corrected", count=corrected) if corrected else recorded
        case State.UNCHANGED if file.since is None:
            return phrase("unchanged: the ledger has the same figures")
        case State.UNCHANGED:
            day = clock_text(file.since)
            if not file.corrected_since:
                return phrase("unchanged: this very file was recorded on {day}", day=day)
            return phrase(
                "unchanged: recorded on {day} and corrected or withdrawn since; to restore its figures, "
                "write a note below its table, save the file and submit it again",
                day=day,
            )
