"""The reply to whoever sent a file that was refused: every mistake with its cell and its remedy, as Markdown."""

from collections.abc import Iterable, Iterator

from gbv_kpi.i18n import Language, Phrase, phrase
from gbv_kpi.ledger.record import State
from gbv_kpi.ledger.submit import SubmittedFile
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.render.markdown import escaped
from gbv_kpi.render.problem_groups import place_text


def reply_to(file: SubmittedFile, language: Language) -> str:
    """Return the reply to a file that was refused, or in which nothing is filled in."""
    name = file.path.replace("\\", "/").rpartition("/")[2]
    opening = phrase("The return {file} was not recorded. Please correct the following and send it again:", file=name)
    if file.filed.state is State.BLANK:
        opening = phrase("The return {file} was not recorded: no figure is filled in.", file=name)
    lines = [escaped(language.say(opening)), ""]
    lines += [f"- {escaped(language.say(sentence))}" for sentence in corrections(file.problems)]
    return "\n".join(lines).rstrip() + "\n"


def corrections(problems: Iterable[Problem]) -> Iterator[Phrase]:
    """Yield what is wrong and what to do, cell by cell, errors first."""
    for problem in sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR):
        details = {"message": problem.message, "hint": problem.hint}
        if place := place_text(problem):
            yield phrase("{place}: {message} {hint}", place=place, **details)
        else:
            yield phrase("{message} {hint}", **details)
