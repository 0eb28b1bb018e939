"""What `ledger check` found, as text or JSON."""

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.ledger.check import LedgerCheck


def ledger_check_to_text(check: LedgerCheck, language: Language) -> str:
    """Damage first, a line each; then what the ledger holds."""
    say = language.say
    lines = [say(phrase("Damaged: {found}.", found=found)) for found in check.damage]
    lines.append(
        say(
            phrase(
                "Ledger {ledger}: {files} files, {returns} returns.",
                ledger=check.ledger,
                files=check.files,
                returns=check.returns,
            )
        )
    )
    if check.damage:
        lines.append(say(phrase("Restore the ledger from a backup.")))
    else:
        lines.append(say(phrase("Everything that can be compared matches what was recorded.")))
    if check.not_compared:
        lines.append(
            say(
                phrase(
                    "{count} files repeated figures already in the ledger: their content was not compared.",
                    count=check.not_compared,
                )
            )
        )
    return "".join(f"{escape_controls(line)}\n" for line in lines)


def ledger_check_to_json(check: LedgerCheck, language: Language) -> str:
    return to_json_text(
        {
            "schema": "gbv-kpi/ledger-check/1",
            "ledger": check.ledger,
            "files": check.files,
            "returns": check.returns,
            "not_compared": check.not_compared,
            "damage": [language.say(found) for found in check.damage],
            "exit_code": int(check.exit_code),
        }
    )
