"""The single values and the lists that an office's own Word document can ask for.

nam                 the year reported           so_ke_hoach      63/KH-UBND
ten_van_ban         Kế hoạch số 63/KH-UBND      ngay_ke_hoach    12/5/2021
ten_ke_hoach        the plan's title            dia_phuong       Tỉnh Ninh Bình
co_quan_chu_quan, co_quan_ban_hanh              the bodies of the letterhead
so_ky_hieu          /BC-…, without the number   dia_danh         Ninh Bình
kinh_gui, noi_nhan, nguoi_ky                    lists of lines
ket_luan            the verdict of the year     so_don_vi, so_don_vi_bao_cao    units expected, and reported
cac_chi_tieu        a list; each has stt, ten, muc_tieu, nguong, tu_so, mau_so, ty_le, danh_gia, con_thieu, nam_truoc
cac_don_vi          a list; each has stt, ten, chi_tieu (a list as above)
"""

from collections.abc import Sequence

from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.render.docx.decree import BLANK, document_title, official_day
from gbv_kpi.render.docx.draft import plain
from gbv_kpi.render.docx.letterhead import report_number
from gbv_kpi.render.docx.sections import year_of
from gbv_kpi.render.docx.wording import SIGN
from gbv_kpi.render.formatting import MEANING, rate_text, threshold_text
from gbv_kpi.render.sentences import amount_lacking, last_year_rate, verdict


def fields(outcome: Outcome, language: Language) -> dict[str, object]:
    """Every field by name, said in `language`."""
    return _Fields(outcome, language).all()


class _Fields:
    """The fields of one outcome in one language."""

    def __init__(self, outcome: Outcome, language: Language) -> None:
        self.outcome = outcome
        self.language = language
        self.plan = outcome.scorecard.plan

    def all(self) -> dict[str, object]:
        plan, letterhead = self.plan, self.plan.letterhead(self.outcome.day)
        findings = self.outcome.scorecard.judged.findings
        verdicts = (verdict(self.outcome, year) for year in self.outcome.scorecard.years)
        coverage = self.outcome.scorecard.coverage
        by_unit: dict[str, list[Finding]] = {}
        for finding in findings:
            if finding.unit is not None:
                by_unit.setdefault(finding.unit, []).append(finding)
        return {
            "nam": year_of(self.outcome),
            "so_ke_hoach": self._text(plan.number),
            "ten_van_ban": self._text(document_title(plan)),
            "ngay_ke_hoach": official_day(plan.issued) if plan.issued else BLANK,
            "ten_ke_hoach": self._text(plan.title),
            "dia_phuong": self._text(plan.place),
            "co_quan_chu_quan": self._text(letterhead.superior or ""),
            "co_quan_ban_hanh": self._text(letterhead.issuer or ""),
            "so_ky_hieu": self._text(report_number(letterhead).strip()),
            "dia_danh": self._text(letterhead.place),
            "kinh_gui": self._texts(letterhead.addressed_to),
            "noi_nhan": self._texts(letterhead.recipients),
            "nguoi_ky": self._texts(letterhead.signatory),
            "ket_luan": " ".join(self._text(sentence) for sentence in verdicts if sentence),
            "so_don_vi": " ".join(self.language.number(len(covered.expected)) for covered in coverage),
            "so_don_vi_bao_cao": " ".join(self.language.number(covered.received) for covered in coverage),
            "cac_chi_tieu": self._indicators([finding for finding in findings if finding.unit is None]),
            "cac_don_vi": [
                {
                    "stt": str(number),
                    "ten": self._text(of_unit[0].unit_name or ""),
                    "chi_tieu": self._indicators(of_unit),
                }
                for number, of_unit in enumerate(by_unit.values(), start=1)
            ],
        }

    def _text(self, spoken: Phrase | Bilingual | str) -> str:
        return plain(self.language.say(spoken))

    def _texts(self, spoken: Sequence[Bilingual]) -> list[str]:
        return [self._text(one) for one in spoken]

    def _indicators(self, findings: Sequence[Finding]) -> list[dict[str, str]]:
        return [self._indicator(number, finding) for number, finding in enumerate(findings, start=1)]

    def _indicator(self, number: int, finding: Finding) -> dict[str, str]:
        indicator = self.plan.indicator_by_id[finding.indicator]
        missed = finding.status is Status.MISSED
        return {
            "stt": str(number),
            "ten": self._text(indicator.title),
            "muc_tieu": self._text(indicator.quote),
            "nguong": threshold_text(finding.threshold, self.language) if finding.threshold else "",
            "tu_so": self._count(finding.numerator, finding),
            "mau_so": self._count(finding.denominator, finding),
            "ty_le": rate_text(finding, self.language) or SIGN.get(finding.status, ""),
            "danh_gia": self._text(MEANING[finding.status]),
            "con_thieu": self._text(amount_lacking(finding, indicator)) if missed else "",
            "nam_truoc": last_year_rate(self.outcome.trend, finding, self.language) if finding.unit is None else "",
        }

    def _count(self, count: int | None, finding: Finding) -> str:
        unknown = Status.WITHHELD if finding.status is Status.WITHHELD else Status.NO_DATA
        return SIGN[unknown] if count is None else self.language.number(count)
