"""Define the values and lists that an office's own Word document can use.

nam                 the year reported           so_ke_hoach      63/KH-UBND
ten_van_ban         Kế hoạch số 63/KH-UBND      ngay_ke_hoach    12/5/2021
ten_ke_hoach        the plan's title            dia_phuong       Tỉnh Ninh Bình
co_quan_chu_quan, co_quan_ban_hanh              the bodies of the letterhead
so_ky_hieu          /BC-…, without the number   dia_danh         Ninh Bình
kinh_gui, noi_nhan, nguoi_ky                    lists of lines
ket_luan            the verdict of the year     so_don_vi, so_don_vi_bao_cao    units expected, and reported
cac_chi_tieu        a list; each has stt, ten, muc_tieu, nguong, tu_so, mau_so, ty_le, danh_gia, con_thieu, nam_truoc
cac_don_vi          a list; each has stt, ten, chi_tieu (a list as above)

A letter has those of the plan and the letterhead, its unit as don_vi, and its subject as trich_yeu.
"""

from collections.abc import Sequence

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Plan
from gbv_kpi.plan.model import Letterhead
from gbv_kpi.render.docx.wording import SIGN, day_issued, document_title, report_number, year_of
from gbv_kpi.render.formatting import MEANING, rate_text, threshold_text
from gbv_kpi.render.sentences import amount_lacking, last_year_rate, verdict


def fields(outcome: Outcome, language: Language) -> dict[str, object]:
    plan, coverage = outcome.scorecard.plan, outcome.scorecard.coverage
    letterhead, judged = plan.letterhead(outcome.day), outcome.scorecard.judged
    verdicts = (verdict(outcome, year) for year in outcome.scorecard.years)
    by_unit: dict[str | None, list[Finding]] = {}
    for finding in judged.of_units().findings:
        by_unit.setdefault(finding.unit, []).append(finding)
    units = [
        {
            "stt": str(number),
            "ten": escape_controls(found[0].unit_name or ""),
            "chi_tieu": _indicators(found, outcome, language),
        }
        for number, found in enumerate(by_unit.values(), start=1)
    ]
    return {
        "nam": year_of(outcome),
        **letterhead_fields(plan, letterhead, report_number(letterhead), language),
        "ket_luan": " ".join(escape_controls(language.say(sentence)) for sentence in verdicts if sentence),
        "so_don_vi": " ".join(language.number(len(covered.expected)) for covered in coverage),
        "so_don_vi_bao_cao": " ".join(language.number(covered.received) for covered in coverage),
        "cac_chi_tieu": _indicators(judged.of_province().findings, outcome, language),
        "cac_don_vi": units,
    }


def letterhead_fields(plan: Plan, letterhead: Letterhead, number: str, language: Language) -> dict[str, object]:
    """Return the fields of the plan, and of the letterhead of a document with that number."""

    def text(words: Phrase | Bilingual | str | None) -> str:
        return escape_controls(language.say(words or ""))

    return {
        "so_ke_hoach": text(plan.number),
        "ten_van_ban": text(document_title(plan)),
        "ngay_ke_hoach": day_issued(plan),
        "ten_ke_hoach": text(plan.title),
        "dia_phuong": text(plan.place),
        "co_quan_chu_quan": text(letterhead.superior),
        "co_quan_ban_hanh": text(letterhead.issuer),
        "so_ky_hieu": text(number.strip()),
        "dia_danh": text(letterhead.place),
        "kinh_gui": [text(name) for name in letterhead.addressed_to],
        "noi_nhan": [text(name) for name in letterhead.recipients],
        "nguoi_ky": [text(title) for title in letterhead.signatory],
    }


def _indicators(findings: Sequence[Finding], outcome: Outcome, language: Language) -> list[dict[str, str]]:
    return [_indicator(number, finding, outcome, language) for number, finding in enumerate(findings, start=1)]


def _indicator(number: int, finding: Finding, outcome: Outcome, language: Language) -> dict[str, str]:
    indicator = outcome.scorecard.plan.indicator_by_id[finding.indicator]
    missed = finding.status is Status.MISSED
    unknown = SIGN[Status.WITHHELD if finding.status is Status.WITHHELD else Status.NO_DATA]
    counts = [
        unknown if count is None else language.number(count) for count in (finding.numerator, finding.denominator)
    ]
    return {
        "stt": str(number),
        "ten": escape_controls(language.say(indicator.title)),
        "muc_tieu": escape_controls(indicator.quote),
        "nguong": threshold_text(finding.threshold, language) if finding.threshold else "",
        "tu_so": counts[0],
        "mau_so": counts[1],
        "ty_le": rate_text(finding, language) or SIGN.get(finding.status, ""),
        "danh_gia": language.say(MEANING[finding.status]),
        "con_thieu": escape_controls(language.say(amount_lacking(finding, indicator))) if missed else "",
        "nam_truoc": last_year_rate(outcome.trend, finding, language) if finding.unit is None else "",
    }
