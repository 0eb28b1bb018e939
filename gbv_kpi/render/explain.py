"""The meaning of the codes of problems: for a person, and as JSON, schema `gbv-kpi/explain/1`."""

from collections.abc import Sequence

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Language
from gbv_kpi.problem_codes import CATALOGUE
from gbv_kpi.render.jinja import text_of
from gbv_kpi.render.problem_groups import SEVERITY


def codes_to_text(language: Language) -> str:
    """Return every code with its meaning, errors first."""
    return text_of("codes.txt.j2", language, CATALOGUE=CATALOGUE)


def code_to_text(code: str, language: Language) -> str:
    """Return the meaning of one code, an example, and the remedy."""
    return text_of("code.txt.j2", language, code=code, kind=CATALOGUE[code], SEVERITY=SEVERITY)


def codes_to_json(codes: Sequence[str], language: Language) -> str:
    records = [
        {
            "code": code,
            "severity": CATALOGUE[code].severity,
            **{name: language.say(getattr(CATALOGUE[code], name)) for name in ("meaning", "example", "remedy")},
        }
        for code in codes
    ]
    return to_json_text({"schema": "gbv-kpi/explain/1", "codes": records})
