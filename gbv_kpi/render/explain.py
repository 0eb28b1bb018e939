"""What the codes of problems mean: for a person, and as JSON, schema `gbv-kpi/explain/1`."""

from collections.abc import Sequence

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.problem_codes import CATALOGUE, Severity

WORDS = {Severity.ERROR: phrase("error"), Severity.WARNING: phrase("warning")}
GROUPS = {
    Severity.ERROR: phrase("Errors: a return with an error is excluded from all figures."),
    Severity.WARNING: phrase("Warnings: something was read in a way that needs confirmation."),
}


def codes_to_text(language: Language) -> str:
    """Every code with what it means."""
    width = max(map(len, CATALOGUE))
    lines: list[str] = []
    for severity, words in GROUPS.items():
        lines += ["", language.say(words)] if lines else [language.say(words)]
        for code, kind in CATALOGUE.items():
            if kind.severity is severity:
                lines.append(f"  {code:<{width}}  {language.say(kind.meaning)}")
    return "\n".join(lines) + "\n"


def code_to_text(code: str, language: Language) -> str:
    """What one code means, an example, and the remedy."""
    kind = CATALOGUE[code]
    lines = (
        f"{code} ({language.say(WORDS[kind.severity])})",
        language.say(kind.meaning),
        language.say(phrase("For example: {example}", example=kind.example)),
        language.say(phrase("Remedy: {remedy}", remedy=kind.remedy)),
    )
    return "".join(f"{line}\n" for line in lines)


def codes_to_json(codes: Sequence[str], language: Language) -> str:
    return to_json_text(
        {
            "schema": "gbv-kpi/explain/1",
            "codes": [
                {
                    "code": code,
                    "severity": str(CATALOGUE[code].severity),
                    "meaning": language.say(CATALOGUE[code].meaning),
                    "example": language.say(CATALOGUE[code].example),
                    "remedy": language.say(CATALOGUE[code].remedy),
                }
                for code in codes
            ],
        }
    )
