"""An office's own Word document, filled in: its letterhead, styles and margins stay as they are.

Wherever the document has `{{ name }}` (in the text, a table, a header or a footer) the report is put in. Single
values and lists are `gbv_kpi.render.docx.fields`. These are whole parts of the report, each in a paragraph of its own:

    {{ noi_dung }}           everything from "Thực hiện Kế hoạch số …" to the last sentence, sections I to V
    {{ danh_gia_chung }}     the verdict and the table of the indicators
    {{ ket_qua_chi_tieu }}   each indicator with the plan's words, result and assessment, and the table of units
    {{ bang_don_vi }}        the table of units alone
    {{ ton_tai }}            what is lacking and where, and what is to be known of the figures
    {{ phu_luc }}            the annex: all counts of all units (best in a section that lies on its side)

Parts are written in the document's own styles: "Body Text" for the body, "Heading 1" for "I.", "Heading 2" for "1."
and so on, as far as it has them.

A list is gone through as in any Jinja template: `{%tr for don_vi in cac_don_vi %}` repeats a row of a table. The
document's expressions run in Jinja's sandbox, and reach nothing but these fields.
"""

import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import TemplateError, Undefined
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.render.docx.annex import annex
from gbv_kpi.render.docx.dates import date_document
from gbv_kpi.render.docx.draft import Draft
from gbv_kpi.render.docx.fields import fields
from gbv_kpi.render.docx.sections import (
    closing,
    general_assessment,
    indicator_results,
    opening,
    sections,
    shortcomings,
    unit_results,
)
from gbv_kpi.render.docx.styles import define_looks

MAX_UNPACKED = 100 * 2**20  # bytes: a letterhead with its pictures has a few hundred thousand


def _content(draft: Draft, outcome: Outcome) -> None:
    opening(draft, outcome)
    sections(draft, outcome)
    closing(draft, outcome)


PARTS: Mapping[str, Callable[[Draft, Outcome], None]] = {
    "noi_dung": _content,
    "danh_gia_chung": general_assessment,
    "ket_qua_chi_tieu": indicator_results,
    "bang_don_vi": unit_results,
    "ton_tai": shortcomings,
    "phu_luc": annex,
}
# The paragraph that a part is to take the place of.
_PLACE_OF_A_PART = re.compile(
    rf"<w:p[ >](?:(?!<w:p[ >]).)*?{{{{\s*({'|'.join(PARTS)})\s*}}}}.*?</w:p>", flags=re.DOTALL
)


class _Part:
    """A part of the report, written when the document asks for it."""

    def __init__(self, draft: Draft, outcome: Outcome, write: Callable[[Draft, Outcome], None]) -> None:
        self.draft = draft
        self.outcome = outcome
        self.write = write

    def __html__(self) -> str:
        """Its paragraphs and tables as XML: what Jinja puts in without escaping it."""
        body = self.draft.document.element.body
        before = set(body)
        self.write(self.draft, self.outcome)
        written = [element for element in body if element not in before]
        for element in written:
            body.remove(element)
        return "".join(etree.tostring(element, encoding="unicode") for element in written)


class _Unknown(Undefined):
    """What the report does not have stops the run, wherever a document asks for it."""

    def __init__(self, hint: str | None = None, obj: Any = None, name: str | None = None, **how: Any) -> None:
        super().__init__(hint, obj, name, **how)
        raise _no_such_field([name or hint or ""], obj if isinstance(obj, Mapping) else {})


def filled_in(template: bytes, outcome: Outcome, language: Language) -> bytes:
    """The office's document with the report in it. Raises `UsageError` for one that cannot be filled in."""
    document = _opened(template)
    try:
        return _filled_in(document, outcome, language)
    except UsageError:
        raise
    except TemplateError as error:
        lines = [line.strip() for line in getattr(error, "docx_context", ())]
        near = next((line for line in lines[3:] if line), "")
        message = phrase(
            "A field of the Word template is not written as it should be, near “{near}”. Write it as {example}.",
            near=near or str(error.message),
            example="{{ nam }}",
        )
        raise UsageError(message) from error
    except Exception as error:  # the document's own expressions can fail in any way
        raise UsageError(phrase("The fields of the Word template cannot be worked out.")) from error


def _opened(template: bytes) -> DocxTemplate:
    try:
        with zipfile.ZipFile(BytesIO(template)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                raise UsageError(phrase("The Word template is too large to be opened safely."))
        document = DocxTemplate(BytesIO(template))
        document.init_docx()
    except UsageError:
        raise
    except Exception as error:  # a damaged file can fail at every step: its zip, its XML, its parts
        message = phrase("The Word template cannot be read: save it in Word as a document of the kind .docx.")
        raise UsageError(message) from error
    return document


def _filled_in(document: DocxTemplate, outcome: Outcome, language: Language) -> bytes:
    patch_xml = document.patch_xml
    document.patch_xml = lambda xml: _PLACE_OF_A_PART.sub(r"{{ \1 }}", patch_xml(xml))
    environment = SandboxedEnvironment(autoescape=True, undefined=_Unknown)
    define_looks(document.docx)
    draft = Draft(document.docx, language)
    known = fields(outcome, language) | {name: _Part(draft, outcome, write) for name, write in PARTS.items()}
    asked = document.get_undeclared_template_variables(environment)
    if unknown := asked - set(known):
        raise _no_such_field(sorted(unknown), known)
    if not asked:
        example = "{{ noi_dung }}"
        message = phrase("The Word template has no field: write {field} where the report is to stand.", field=example)
        raise UsageError(message)
    document.render(known, environment)
    date_document(document.docx, outcome)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _no_such_field(asked: list[str], known: Mapping[str, object]) -> UsageError:
    return UsageError(
        phrase(
            "The Word template asks for {asked}, which the report does not have. It has: {known}.",
            asked=", ".join(asked),
            known=", ".join(known) or "–",
        )
    )
