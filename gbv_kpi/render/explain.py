"""The meaning of the codes of problems: for a person, and as JSON, schema `gbv-kpi/explain/1`."""

from collections.abc import Sequence

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.problem_codes import CATALOGUE, Severity
from gbv_kpi.render.problem_groups import SEVERITY

HEADINGS = {
    Severity.ERROR: phrase("Errors: a return with an error is excluded from all figures."),
    Severity.WARNING: phrase("Warnings: something was read in a way that needs confirmation."),
}


def codes_to_text(language: Language) -> str:
    """Return every code with its meaning, errors first."""
    width = max(map(len, CATALOGUE))
    blocks = []
    for severity, heading in HEADINGS.items():
        kinds = [(code, kind) for code, kind in CATALOGUE.items() if kind.severity is severity]
        lines = (f"  {code:<{width}}  {language.say(kind.meaning)}\n" for code, kind in kinds)
        blocks.append(f"{language.say(heading)}\n{''.join(lines)}")
    return "\n".join(blocks)


def code_to_text(code: str, language: Language) -> str:
    """Return the meaning of one code, an example, and the remedy."""
    kind = CATALOGUE[code]
    lines = (
        f"{code} ({language.say(SEVERITY[kind.severity])})",
        language.say(kind.meaning),
        language.say(phrase("For example: {example}", example=kind.example)),
        language.say(phrase("Remedy: {remedy}", remedy=kind.remedy)),
    )
    return "".join(f"{line}\n" for line in lines)


def codes_to_json(codes: Sequence[str], language: Language) -> str:
    kinds = [(code, CATALOGUE[code]) for code in codes]
    records = [
        {
            "code": code,
            "severity": kind.severity,
            "meaning": language.say(kind.meaning),
            "example": language.say(kind.example),
            "remedy": language.say(kind.remedy),
        }
        for code, kind in kinds
    ]
    return to_json_text({"schema": "gbv-kpi/explain/1", "codes": records})
