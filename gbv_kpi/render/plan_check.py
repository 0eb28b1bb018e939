"""What is wrong in a plan file: for whoever wrote it, and as JSON, schema `gbv-kpi/plan-check/1`."""

from collections.abc import Iterator

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import Language, phrase, plural
from gbv_kpi.plan.load import PlanReading


def exit_code(reading: PlanReading) -> int:
    """Doubts fail nothing: whoever wrote the plan may mean it."""
    return ExitCode.COULD_NOT_RUN if reading.mistakes else ExitCode.OK


def plan_check_to_text(reading: PlanReading, name: str, language: Language) -> str:
    """A line for each mistake and doubt, and what it comes to last."""
    return "".join(f"{escape_controls(line)}\n" for line in _lines(reading, name, language))


def _lines(reading: PlanReading, name: str, language: Language) -> Iterator[str]:
    for severity, remarks in ((phrase("error"), reading.mistakes), (phrase("warning"), reading.doubts)):
        for remark in remarks:
            yield f"{language.say(severity)}: {language.say(remark.sentence)}."
    if reading.plan is None:
        yield language.say(
            plural("{file}: {count} mistake.", "{file}: {count} mistakes.", len(reading.mistakes), file=name)
        )
    elif reading.doubts:
        words = plural(
            "{file}: a plan that can be used, with {count} warning.",
            "{file}: a plan that can be used, with {count} warnings.",
            len(reading.doubts),
            file=name,
        )
        yield language.say(words)
    else:
        yield language.say(phrase("{file}: a plan without a mistake.", file=name))


def plan_check_to_json(reading: PlanReading, name: str, language: Language) -> str:
    """The messages in `language`; everything else is the same in every language."""
    graded = [("error", remark) for remark in reading.mistakes] + [("warning", remark) for remark in reading.doubts]
    return to_json_text(
        {
            "schema": "gbv-kpi/plan-check/1",
            "plan": reading.plan.id if reading.plan else None,
            "file": name,
            "problems": [
                {
                    "severity": severity,
                    "file": remark.file,
                    "line": remark.line,
                    "key": remark.key,
                    "message": f"{language.say(remark.what)}.",
                }
                for severity, remark in graded
            ],
            "exit_code": exit_code(reading),
        }
    )
