"""The findings of `ledger check`, as text or JSON."""

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Detail, Language, phrase
from gbv_kpi.ledger.check import LedgerCheck
from gbv_kpi.render.json import attributes


def ledger_check_to_text(check: LedgerCheck, language: Language) -> str:
    """Return a line for each damage, then what the ledger holds."""
    sentences = [phrase("Damaged: {found}.", found=found) for found in check.damage]
    holds: dict[str, Detail] = {"ledger": check.ledger, "files": check.files, "returns": check.returns}
    sentences.append(phrase("Ledger {ledger}: {files} files, {returns} returns.", **holds))
    if check.damage:
        sentences.append(phrase("Restore the ledger from a backup."))
    else:
        sentences.append(phrase("Everything that can be compared matches what was recorded."))
    if check.not_compared:
        sentences.append(
            phrase(
                "{count} files repeated figures already in the ledger: their content was not compared.",
                count=check.not_compared,
            )
        )
    return "".join(f"{escape_controls(language.say(sentence))}\n" for sentence in sentences)


def ledger_check_to_json(check: LedgerCheck, language: Language) -> str:
    return to_json_text(
        {
            "schema": "gbv-kpi/ledger-check/1",
            **attributes(check, "ledger", "files", "returns", "not_compared"),
            "damage": [language.say(found) for found in check.damage],
            "exit_code": check.exit_code,
        }
    )
