"""A workbook being written: its language, the looks its cells share, the names of its sheets."""

from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

from gbv_kpi.console import escape_controls
from gbv_kpi.excel_style import paper
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.plan.thresholds import Measure, Threshold
from gbv_kpi.render.formatting import MEANING, SIGN
from gbv_kpi.render.xlsx.formulas import quoted
from gbv_kpi.sheets.own_reports import REPORT_MARK

UNDATED = datetime(1980, 1, 1)  # noqa: DTZ001 - the day a zip file has where it has none: same input, same bytes
LOCALE = {"vi": "[$-42A]", "en": "[$-409]"}  # LibreOffice writes numbers after it, Excel after its reader's Windows
RESERVED = ("History",)  # a sheet's name that Excel keeps for itself
GRID = {"border": 1, "border_color": paper.LINE}
COLOURS = {
    Status.MET: ("#C6EFCE", "#0B5A1D"),
    Status.MISSED: ("#FFC7CE", "#9C0006"),
    Status.NOT_DUE: ("#DDEBF7", "#1F4E79"),
    Status.NO_CASES: ("#EDEDED", "#404040"),
    Status.NO_DATA: ("#FFEB9C", "#7F6000"),
    Status.WITHHELD: ("#E4DFEC", "#3F3151"),
}

Words = Phrase | Bilingual | str


class Book:
    """One workbook in one language."""

    def __init__(self, title: Words, language: Language) -> None:
        self.language = language
        self._bytes = BytesIO()
        how = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.workbook = Workbook(self._bytes, how)
        self.workbook.set_properties({"title": self.say(title), "category": REPORT_MARK, "created": UNDATED})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._titles = list(RESERVED)
        self.word = {status: self.say(meaning) for status, meaning in MEANING.items()}  # of each status

    def say(self, words: Words) -> str:
        """A text as a cell holds it."""
        return paper.storable(escape_controls(self.language.say(words)))

    def sheet_name(self, title: Words) -> str:
        """A name for a further sheet."""
        # A word right before a bracket is taken for a function wherever the sheet is referred to.
        name = paper.sheet_title(self.say(title).replace("(", " ("), self._titles)
        self._titles.append(name)
        return name

    def look(self, **properties: Any) -> Any:
        """A format; cells that look the same share it."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            usual = {"font_name": paper.FONT, "font_size": 12, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format(usual | properties)
        return self._formats[key]

    def colours(self, status: Status) -> Any:
        """The colours of a verdict, to be laid over a cell's own look."""
        fill, ink = COLOURS[status]
        return self.workbook.add_format({"bg_color": fill, "font_color": ink})

    @property
    def whole(self) -> str:
        """The number format of counts."""
        return f"{LOCALE[self.language.tag]}#,##0"

    def rates(self, measure: Measure, decimals: int = 1, before: str = "", after: str = "") -> str:
        """The number format of rates, with literal signs around them."""
        places = "0" + ("." + "0" * decimals if decimals else "")
        literal = [quoted(text) if text else "" for text in (before, after)]
        sign = "%" if measure in ("percent", "change") else ""
        return f"{LOCALE[self.language.tag]}{literal[0]}{places}{sign}{literal[1]}"

    def rate_of(self, finding: Finding | None, measure: Measure, before: str = "", after: str = "") -> str:
        """The number format of a finding's rate: enough decimals that print never contradicts the verdict."""
        shown = finding.rate() if finding else None
        return self.rates(measure, shown[1] if shown else 1, before, after)

    def bound(self, threshold: Threshold, after: str = "") -> str:
        """The number format of a threshold: ≥ 85%."""
        decimals = max(0, -int(threshold.bound.normalize().as_tuple().exponent))
        return self.rates(threshold.measure, decimals, f"{SIGN[threshold.comparator]} ", after)

    def written(self) -> bytes:
        """Return the file, with its language, which the library does not write."""
        self.workbook.close()
        tagged = BytesIO()
        with ZipFile(self._bytes) as written, ZipFile(tagged, "w", ZIP_DEFLATED) as copy:
            for part in written.infolist():
                content = written.read(part)
                if part.filename == "docProps/core.xml":
                    language = f"<dc:language>{self.language.tag}</dc:language></cp:coreProperties>".encode()
                    content = content.replace(b"</cp:coreProperties>", language)
                copy.writestr(part, content)
        return tagged.getvalue()
