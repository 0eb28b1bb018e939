"""Render the result of `ledger check` as text or JSON."""

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Language
from gbv_kpi.ledger.backup import LedgerCheck
from gbv_kpi.render.jinja import text_of
from gbv_kpi.render.json import attributes


def ledger_check_to_text(check: LedgerCheck, language: Language) -> str:
    return text_of("ledger_check.txt.j2", language, check=check)


def ledger_check_to_json(check: LedgerCheck, language: Language) -> str:
    return to_json_text(
        {
            "schema": "gbv-kpi/ledger-check/1",
            **attributes(check, "ledger", "files", "returns", "not_compared"),
            "damage": [language.say(found) for found in check.damage],
            "exit_code": check.exit_code,
        }
    )
