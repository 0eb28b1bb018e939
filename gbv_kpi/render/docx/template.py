"""Fill in an office's own Word document; its letterhead, styles and margins stay as they are.

Each `{{ name }}` (in the text, a table, a header or a footer) is replaced by a field; README.md lists them. Some are
whole parts of the report, each in a paragraph of its own. Parts are written in the document's own styles: "Body Text"
for the body, "Heading 1" for "I.", "Heading 2" for "1." and so on, as far as it has them. The document's expressions
run in Jinja's sandbox, and reach nothing but these fields.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from difflib import get_close_matches
from functools import partial
from html import unescape
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import TemplateError, Undefined
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range

from gbv_kpi.console import escape_controls
from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Plan
from gbv_kpi.plan.model import Letterhead
from gbv_kpi.render.docx.contents import BLANK, SIGN
from gbv_kpi.render.docx.papers import Paper, define_styles, saved
from gbv_kpi.render.formatting import MEANING, document_title, official_day, rate_text, threshold_text
from gbv_kpi.render.sentences import amount_lacking, last_year_rate, verdict
from gbv_kpi.returns.isolation import Child, Failure

MAX_UNPACKED = 100 * 2**20  # bytes: a letterhead with its pictures has a few hundred thousand
MAX_RENDERED = 100 * 2**20  # characters: the annex of 10,600 units has 30 million
MAX_FACTOR = 10**9
MAX_QUOTED = 200  # characters of a document in a message

PARTS = ("noi_dung", "danh_gia_chung", "ket_qua_chi_tieu", "bang_don_vi", "ton_tai", "phu_luc")
_MARK = "\0"  # around the name of a part until its XML is put there: no XML can hold it
_TOO_MUCH = phrase("The Word template repeats too much, or its fields take too long to compute.")
_NOT_COMPUTED = phrase("The fields of the Word template cannot be computed.")
_PARAGRAPH = re.compile("<w:p(?=[ >])")  # each is a line of what Jinja reads, which a message quotes
# A paragraph that a part replaces.
_PLACE_OF_A_PART = re.compile(
    rf"<w:p[ >](?:(?!<w:p[ >]).)*?{{{{\s*({'|'.join(PARTS)})\s*}}}}.*?</w:p>", flags=re.DOTALL
)


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which only numbers are multiplied, so that no text grows without limit."""

    intercepted_binops = frozenset(["*", "**", "%"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not all(
            isinstance(side, int | float) and abs(side) < MAX_FACTOR for side in (left, right)
        ):
            raise SecurityError("only numbers are multiplied")
        return super().call_binop(context, operator, left, right)


class _Unknown(Undefined):
    """A field that the report does not have: any use of it raises `UsageError`."""

    def __init__(self, hint: str | None = None, obj: Any = None, name: str | None = None, **options: Any) -> None:
        super().__init__(hint, obj, name, **options)
        raise _no_such_field([name or hint or ""], obj if isinstance(obj, Mapping) else {})


def report_fields(outcome: Outcome, number: str, language: Language) -> dict[str, object]:
    """Return the fields of a report with that number."""
    plan, coverage, judged = outcome.scorecard.plan, outcome.scorecard.coverage, outcome.scorecard.judged
    years = outcome.scorecard.years
    findings_by_unit: dict[str | None, list[Finding]] = {}
    for finding in judged.of_units().findings:
        findings_by_unit.setdefault(finding.unit, []).append(finding)
    return {
        "nam": str(years[0]) if years else BLANK,
        **letterhead_fields(plan, plan.letterhead(outcome.day), number, language),
        "ket_luan": " ".join(_text(sentence, language) for year in years if (sentence := verdict(outcome, year))),
        "so_don_vi": " ".join(language.number(len(covered.expected)) for covered in coverage),
        "so_don_vi_bao_cao": " ".join(language.number(covered.received) for covered in coverage),
        "cac_chi_tieu": list(_indicators(judged.of_province().findings, outcome, language)),
        "cac_don_vi": [
            {
                "stt": str(place),
                "ten": _text(findings[0].unit_name, language),
                "chi_tieu": list(_indicators(findings, outcome, language)),
            }
            for place, findings in enumerate(findings_by_unit.values(), start=1)
        ],
    }


def letterhead_fields(plan: Plan, letterhead: Letterhead, number: str, language: Language) -> dict[str, object]:
    """Return the fields of the plan, and of the letterhead of a document with that number."""
    text = partial(_text, language=language)
    return {
        "so_ke_hoach": text(plan.number),
        "ten_van_ban": text(document_title(plan)),
        "ngay_ke_hoach": official_day(plan.issued) if plan.issued else BLANK,
        "ten_ke_hoach": text(plan.title),
        "dia_phuong": text(plan.place),
        "co_quan_chu_quan": text(letterhead.superior),
        "co_quan_ban_hanh": text(letterhead.issuer),
        "so_ky_hieu": text(number.strip()),
        "dia_danh": text(letterhead.place),
        "kinh_gui": list(map(text, letterhead.addressed_to)),
        "noi_nhan": list(map(text, letterhead.recipients)),
        "nguoi_ky": list(map(text, letterhead.signatory)),
    }


def _indicators(findings: Sequence[Finding], outcome: Outcome, language: Language) -> Iterator[dict[str, str]]:
    plan = outcome.scorecard.plan
    for number, finding in enumerate(findings, start=1):
        indicator, status = plan.indicator_by_id[finding.indicator], finding.status
        unknown = SIGN[Status.WITHHELD if status is Status.WITHHELD else Status.NO_DATA]
        counts = (finding.numerator, finding.denominator)
        numerator, denominator = (unknown if count is None else language.number(count) for count in counts)
        yield {
            "stt": str(number),
            "ten": _text(indicator.title, language),
            "muc_tieu": _text(indicator.quote, language),
            "nguong": threshold_text(finding.threshold, language) if finding.threshold else "",
            "tu_so": numerator,
            "mau_so": denominator,
            "ty_le": rate_text(finding, language) or SIGN.get(status, ""),
            "danh_gia": language.say(MEANING[status]),
            "con_thieu": _text(amount_lacking(finding, indicator), language) if status is Status.MISSED else "",
            "nam_truoc": last_year_rate(outcome.trend, finding, language) if finding.unit is None else "",
        }


def _text(words: Phrase | Bilingual | str | None, language: Language) -> str:
    return escape_controls(language.say(words or ""))


def fill_in(template: bytes, paper: Paper, fields: Mapping[str, object], parts: Iterable[str], size: int = 0) -> bytes:
    """Return the office's document with these fields and parts in it, about `size` larger than it was.

    It is rendered in a child process with limits. Raises `UsageError` for a document that cannot be filled in.
    """

    def work(template: bytes) -> bytes:
        document = _open(template)
        try:
            return _render(document, paper, fields, parts)
        except UsageError:
            raise
        except Exception as error:
            raise UsageError(_reason(error)) from error

    with closing(Child(work)) as child:
        written = child.ask(template, len(template) + size)
    if isinstance(written, Failure):
        raise UsageError(_TOO_MUCH)
    return written


def _open(template: bytes) -> DocxTemplate:
    try:
        with zipfile.ZipFile(BytesIO(template)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                raise UsageError("The Word template is too large to be opened safely.")
        document = DocxTemplate(BytesIO(template))
        document.init_docx()
    except UsageError:
        raise
    except Exception as error:  # a damaged file can fail at every step: its zip, its XML, its parts
        raise UsageError("The Word template cannot be read: save it in Word as .docx.") from error
    return document


def _reason(error: Exception) -> Phrase:
    """Return why the expressions of a document fail, which they can do in any way."""
    if isinstance(error, MemoryError):
        return _TOO_MUCH
    if isinstance(error, SecurityError) or not isinstance(error, TemplateError):
        return _NOT_COMPUTED
    lines = (getattr(error, "source", None) or "").splitlines()[: getattr(error, "lineno", None) or 0]
    texts = (unescape(re.sub(r"<[^>]+>", "", line)).strip() for line in reversed(lines))
    near = next(filter(None, texts), "")[:MAX_QUOTED] or "{{ }}"
    example = "{{ nam }}"
    return phrase(
        "Invalid field in the Word template, near “{near}”. Write it as {example}.", near=near, example=example
    )


def _render(document: DocxTemplate, paper: Paper, fields: Mapping[str, object], parts: Iterable[str]) -> bytes:
    patch_xml, render_xml = document.patch_xml, document.render_xml_part
    environment = _Environment(autoescape=True, undefined=_Unknown, finalize=_to_printable)
    environment.globals = {"range": safe_range}
    document.patch_xml = lambda xml: _PARAGRAPH.sub("\n<w:p", _PLACE_OF_A_PART.sub(_extract_field, patch_xml(xml)))
    used = document.get_undeclared_template_variables(environment)
    context = {**fields, **{name: f"{_MARK}{name}{_MARK}" for name in parts}}
    if unknown := used - set(context):
        raise _no_such_field(sorted(unknown), context)
    if not used:
        example = "{{ noi_dung }}"
        raise UsageError("The Word template has no field: write {field} where the report is to appear.", field=example)
    define_styles(document.docx, paper.language)
    part = paper.parts(document.docx)
    xml_by_part = {name: part(name) for name in parts if name in used}
    document.render_xml_part = lambda *arguments: _insert_parts(render_xml(*arguments), xml_by_part)
    document.render(context, environment)
    return saved(document, paper.day)


def _extract_field(paragraph: re.Match[str]) -> str:
    """Return the field that replaces its paragraph. Raises `UsageError` where other text would be lost."""
    text = unescape(re.sub(r"<[^>]+>", "", paragraph.group()))
    field = f"{{{{ {paragraph[1]} }}}}"
    if re.sub(rf"{{{{\s*{paragraph[1]}\s*}}}}", "", text, count=1).strip():
        raise UsageError(
            "In the Word template {field} needs a paragraph of its own; here it shares one with other text: “{text}”.",
            field=field,
            text=text.strip()[:MAX_QUOTED],
        )
    return field


def _to_printable(value: object) -> object:
    """Return a value as printed: a list of texts as lines. Raises `UsageError` for a list of rows."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    if isinstance(value, list | dict):
        raise UsageError(
            "The Word template prints a list of rows as text: loop over it, as in {example}.",
            example="{%tr for chi_tieu in cac_chi_tieu %}",
        )
    return value


def _insert_parts(xml: str, parts: Mapping[str, str]) -> str:
    """Put the parts where their marks are; a mark that an expression has changed is left out."""
    pieces = xml.split(_MARK)
    pieces[1::2] = [parts.get(name, name) for name in pieces[1::2]]
    if sum(map(len, pieces)) > MAX_RENDERED:
        raise UsageError(_TOO_MUCH)
    return "".join(pieces)


def _no_such_field(asked: list[str], known: Mapping[str, object]) -> UsageError:
    nearest = [name for field in asked for name in get_close_matches(field, known)]
    return UsageError(
        "The Word template uses {asked}, which the report does not have. It has: {known}.",
        asked=", ".join(asked),
        known=", ".join(nearest or known) or "–",
    )
