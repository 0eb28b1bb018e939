"""The official report: what Nghị định 30/2020/NĐ-CP, Phụ lục I asks of it, and that it says what the findings say."""

import json
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import language, phrase
from gbv_kpi.kpi.finding import Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.publication import Withheld
from gbv_kpi.pipeline import judge_report
from gbv_kpi.plan import Plan
from gbv_kpi.plan.load import BUILT_IN
from gbv_kpi.problems import Place, Problem
from gbv_kpi.render.docx.papers import to_docx
from tests.command import UNITS_OF_2025, WELL, findings_frame, of_2025, run, well_but, write_csv
from tests.render.word import blocks, millimetres, paragraph, rows, tables, texts, written

CENTRE, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
EXAMPLES = str(Path(__file__).parents[2] / "examples" / "2025")
ONE_SCHOOL_LACKING = {"377": well_but(schools_integrating=19)}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Document:
    """Seven units, of which Yên Mô has one school lacking."""
    folder = tmp_path_factory.mktemp("report")
    return written(folder, write_csv(folder / "r.csv", plan, of_2025(ONE_SCHOOL_LACKING)))


def look(found: Paragraph) -> tuple[float, bool, bool, WD_ALIGN_PARAGRAPH | None]:
    """Points, bold, italic and alignment, as the style and the page's own say."""
    style = found.style
    assert style is not None
    base = style.base_style
    size = style.font.size or (base.font.size if isinstance(base, ParagraphStyle) else None)
    assert size is not None
    return size.pt, bool(style.font.bold), bool(style.font.italic), found.alignment or style.paragraph_format.alignment


def test_paper_is_a4_with_the_decrees_margins(report: Document) -> None:
    upright, lying = report.sections
    assert (millimetres(upright.page_width), millimetres(upright.page_height)) == (210, 297)
    assert (millimetres(lying.page_width), millimetres(lying.page_height)) == (297, 210)
    assert (upright.orientation, lying.orientation) == (WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE)
    for section in report.sections:
        assert 20 <= millimetres(section.top_margin) <= 25
        assert 20 <= millimetres(section.bottom_margin) <= 25
        assert 30 <= millimetres(section.left_margin) <= 35
        assert 15 <= millimetres(section.right_margin) <= 20


def test_every_letter_is_black_times_new_roman(report: Document) -> None:
    """A style or a run with a font or a colour of its own would show here; so would the library's styles."""
    fonts = list(report.styles.element.iter(qn("w:rFonts"))) + list(report.element.iter(qn("w:rFonts")))
    (font,) = fonts
    assert {script: font.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == dict.fromkeys(
        ("ascii", "hAnsi", "eastAsia", "cs"), "Times New Roman"
    )
    assert font.getparent().getparent().get(qn("w:styleId")) == "Normal"
    assert not list(report.styles.element.iter(qn("w:color"))) + list(report.element.iter(qn("w:color")))


def test_pages_but_the_first_are_numbered_in_the_middle_of_the_top_margin(report: Document) -> None:
    upright, lying = report.sections
    assert upright.different_first_page_header_footer
    assert upright.first_page_header.is_linked_to_previous  # to nothing: it is empty
    (number,) = upright.header.paragraphs
    (field,) = number._p.iter(qn("w:fldSimple"))
    assert field.get(qn("w:instr")) == "PAGE"
    assert look(number) == (14, False, False, CENTRE)
    assert millimetres(upright.header_distance) < millimetres(upright.top_margin)
    assert lying.header.is_linked_to_previous
    assert not lying.different_first_page_header_footer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UBND TỈNH NINH BÌNH", (12, False, False, CENTRE)),
        ("SỞ NỘI VỤ", (12, True, False, CENTRE)),
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (12, True, False, CENTRE)),
        ("Độc lập - Tự do - Hạnh phúc", (13, True, False, CENTRE)),
        ("Số:", (13, False, False, CENTRE)),
        ("Ninh Bình, ngày", (13, False, True, CENTRE)),
        ("BÁO CÁO", (14, True, False, CENTRE)),
        ("Kết quả thực hiện Kế hoạch số 63/KH-UBND về", (14, True, False, CENTRE)),
        ("Thực hiện Kế hoạch số 63/KH-UBND ngày 12/5/2021", (14, False, False, JUSTIFIED)),
        ("I. ĐÁNH GIÁ CHUNG", (14, True, False, JUSTIFIED)),
        ("1. Tìm kiếm sự trợ giúp", (14, True, False, JUSTIFIED)),
        ("a) Mục tiêu đề ra: “đến năm 2025, tối thiểu 50%", (14, False, False, JUSTIFIED)),
        ("GIÁM ĐỐC", (14, True, False, CENTRE)),
        ("Nơi nhận:", (12, True, True, WD_ALIGN_PARAGRAPH.LEFT)),
        ("- Như trên;", (11, False, False, WD_ALIGN_PARAGRAPH.LEFT)),
        ("Phụ lục", (14, True, False, CENTRE)),
        ("SỐ LIỆU CỦA CÁC ĐƠN VỊ NĂM 2025", (14, True, False, CENTRE)),
        ("(Kèm theo Báo cáo số", (14, False, True, CENTRE)),
    ],
)
def test_each_part_looks_as_the_decree_says(report: Document, text: str, expected: tuple[object, ...]) -> None:
    assert look(paragraph(report, text)) == expected


def test_the_body_has_an_indent_gaps_and_room_between_lines(report: Document) -> None:
    for text in ("Thực hiện Kế hoạch", "a) Mục tiêu đề ra: “đến", "Trên đây là báo cáo"):
        style = paragraph(report, text).style
        assert style is not None
        layout = style.paragraph_format
        assert 10 <= millimetres(layout.first_line_indent) <= 12.7
        assert layout.space_after is not None
        assert layout.space_after.pt >= 6
        assert isinstance(layout.line_spacing, float)
        assert 1.0 <= layout.line_spacing <= 1.5


def test_parts_stand_in_the_decrees_order(report: Document) -> None:
    order = [
        "UBND TỈNH NINH BÌNH",
        "SỞ NỘI VỤ",
        "CỘNG HÒA",
        "Độc lập",
        "Số:",
        "Ninh Bình, ngày",
        "BÁO CÁO",
        "Kết quả thực hiện Kế hoạch",
        "Kính gửi:",
        "        - Ủy ban nhân dân tỉnh Ninh Bình;",
        "        - Bộ Nội vụ.",
        "Thực hiện",
        "I. ĐÁNH GIÁ CHUNG",
        "II. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU",
        "5. Kết quả theo đơn vị",
        "III. KẾT QUẢ THỰC HIỆN CÁC NHIỆM VỤ, GIẢI PHÁP",
        "1. Truyền thông nâng cao nhận thức",
        "- Hoạt động truyền thông (cuộc): ……",
        "5. Huy động nguồn lực",
        "IV. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN",
        "V. ĐỀ XUẤT, KIẾN NGHỊ",
        "Trên đây là báo cáo",
        "Nơi nhận:",
        "- Như trên;",
        "GIÁM ĐỐC",
        "Phụ lục",
    ]
    found = iter(texts(report))
    for start in order:
        assert any(text.startswith(start) for text in found), start


def test_number_date_and_signature_are_left_blank(report: Document) -> None:
    assert paragraph(report, "Số:").text == "Số:       /BC-SNV"
    assert paragraph(report, "Ninh Bình, ngày").text.split() == ["Ninh", "Bình,", "ngày", "tháng", "năm"]
    (signature,) = (table for table in report.tables if "Nơi nhận:" in table.rows[0].cells[0].text)
    assert signature.rows[0].cells[1].text.split("\n") == ["GIÁM ĐỐC", *[""] * 5, "………………………"]


def rule_length(rule: Paragraph, width: float) -> float:
    layout = rule.paragraph_format
    return width - millimetres(layout.left_indent) - millimetres(layout.right_indent)


def test_rules_are_as_long_as_the_decree_says(report: Document) -> None:
    """Widths in Times New Roman: the motto 55.9 mm; the issuing body's line 22.9 mm; the subject's about 142."""
    head = report.tables[0]
    bodies, nation = head.rows[0].cells
    for rule in (bodies.paragraphs[-1], nation.paragraphs[-1]):
        assert rule._p.find(f".//{qn('w:pBdr')}/{qn('w:top')}") is not None
    assert rule_length(nation.paragraphs[-1], 90) == pytest.approx(55.9, abs=0.2)
    assert 22.9 / 3 <= rule_length(bodies.paragraphs[-1], 75) <= 22.9 / 2
    (under_subject,) = (p for p in report.paragraphs if p._p.find(f".//{qn('w:pBdr')}") is not None)
    assert 142 / 3 <= rule_length(under_subject, 165) <= 142 / 2


def test_figures_are_those_of_the_json(tmp_path: Path) -> None:
    """Of the examples' last year: the counts of every finding, and its rate to the digits printed."""
    told = json.loads(run("report", "--year", "2025", EXAMPLES, "--format", "json").out)["findings"]
    province, units, *_ = tables(written(tmp_path, EXAMPLES))
    indicators = [finding["indicator"] for finding in told if finding["scope"] == "province"]
    for row, finding in zip(rows(province)[1:], (f for f in told if f["scope"] == "province"), strict=True):
        counts, rate = row[3].split(" = ")
        assert [int(count.replace(".", "")) for count in counts.split("/")] == [
            finding["numerator"],
            finding["denominator"],
        ]
        assert_is_printed(rate, finding["rate_percent"])
        assert (row[5] == "chưa đạt") == (finding["status"] == "missed")
    by_unit = {(f["unit_name"], f["indicator"]): f for f in told if f["scope"] == "unit"}
    printed = {row[1]: row[2:] for row in rows(units)[1:-2]}
    assert {name for name, _ in by_unit} == set(printed)
    for (name, indicator), finding in by_unit.items():
        assert_is_printed(printed[name][indicators.index(indicator)], finding["rate_percent"])


def assert_is_printed(rate: str, expected: float | None) -> None:
    if expected is None:
        assert rate in "–…"
        return
    digits = rate.rstrip("%*").replace(",", ".")
    assert float(digits) == pytest.approx(expected, abs=0.5001 * 10 ** -len(digits.partition(".")[2]))


def test_the_provinces_table_says_what_the_findings_say(report: Document) -> None:
    first = tables(report)[0]
    assert rows(first) == [
        ["STT", "Chỉ tiêu", "Mức chỉ tiêu", "Kết quả năm 2025", "Năm 2024", "Đánh giá"],
        ["1", "Tìm kiếm sự trợ giúp", "tối thiểu 50%", "42/70 = 60,0%", "…", "đạt"],
        ["2", "Được trợ giúp", "đạt 100%", "35/35 = 100,0%", "…", "đạt"],
        ["3", "Tập huấn cán bộ", "trên 90%", "700/700 = 100,0%", "…", "đạt"],
        ["4", "Cơ sở giáo dục lồng ghép", "đạt 100%", "139/140 = 99,3%", "…", "chưa đạt"],
    ]


def test_units_are_compared_and_what_misses_is_marked(report: Document) -> None:
    table = rows(tables(report)[1])
    assert table[7] == ["7", "Huyện Yên Mô", "60,0%", "100,0%", "100,0%", "95,0%*"]
    assert table[8] == ["", "Tỉnh Ninh Bình", "60,0%", "100,0%", "100,0%", "99,3%*"]
    assert table[9] == ["", "Mức chỉ tiêu", "tối thiểu 50%", "đạt 100%", "trên 90%", "đạt 100%"]
    assert paragraph(report, "Ký hiệu: * chưa đạt.").text


def test_what_is_lacking_is_told_with_its_unit(report: Document) -> None:
    assert rows(tables(report)[2])[1:] == [
        ["1", "Cơ sở giáo dục lồng ghép", "Tỉnh Ninh Bình", "139/140 = 99,3%", "01 cơ sở giáo dục"],
        ["2", "Cơ sở giáo dục lồng ghép", "Huyện Yên Mô", "19/20 = 95,0%", "01 cơ sở giáo dục"],
    ]
    assert "chưa đạt (mục tiêu: đạt 100%, áp dụng từ năm 2025), còn thiếu 01 cơ sở giáo dục" in "\n".join(texts(report))


def test_the_plans_words_are_quoted(report: Document, plan: Plan) -> None:
    said = "\n".join(texts(report))
    for indicator in plan.indicators:
        assert f"“{indicator.quote}”" in said
        if indicator.caveat:
            assert indicator.caveat.vi in said
    assert plan.reporting_date_reason[2025].vi in said


def test_the_annex_lies_on_its_side_and_repeats_its_heading(report: Document) -> None:
    (annex,) = (block for block in list(blocks(report))[-4:] if not isinstance(block, Paragraph))
    table = rows(annex)
    assert [len(row) for row in table] == [16] * 10
    assert table[0][2:4] == ["Người bị bạo lực trên cơ sở giới"] * 2
    assert table[1][2:4] == ["Tổng số", "Tìm kiếm sự trợ giúp"]
    assert table[8][:4] == ["7", "Huyện Yên Mô", "10", "6"]
    assert table[9] == [
        "", "Tổng số", "70", "42", "35", "35", "280", "280", "420", "420", "140", "139", "60,0%", "100,0%", "100,0%",
        "99,3%*",
    ]  # fmt: skip
    repeated = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in annex.rows]
    assert repeated == [True, True, *[False] * 8]


def test_missing_units_make_the_figures_provisional_and_are_named(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025(ONE_SCHOOL_LACKING, UNITS_OF_2025[1:]))
    document = written(tmp_path, file)
    said = "\n".join(texts(document))
    assert "36/60 người tìm kiếm sự trợ giúp, bằng 60,0% (tạm tính)" in said
    assert (
        said.count("6/7 đơn vị phải báo cáo có báo cáo hợp lệ; số liệu chung là tạm tính.") == 2
    )  # the verdict, the shortcomings
    assert "Chưa báo cáo: Thành phố Tam Điệp." in said
    assert "Cơ sở giáo dục lồng ghép, năm 2025: chắc chắn không đạt, kể cả khi các đơn vị còn lại báo cáo đủ." in said
    assert rows(tables(document)[0])[4][5] == "chưa đạt (tạm tính)"
    assert ["1", "Thành phố Tam Điệp", "…", "…", "…", "…"] in rows(tables(document)[1])
    assert rows(tables(document)[1])[8][1] == "Tỉnh Ninh Bình (tạm tính)"
    annex = rows(tables(document)[-1])
    assert annex[2] == ["1", "Thành phố Tam Điệp", *["…"] * 14]


def test_refused_return_is_named_without_pointing_to_missing_errors(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025({"372": well_but(victims=-1)}))
    said = "\n".join(texts(written(tmp_path, file)))
    assert "Trong đó đã gửi nhưng bị trả lại để sửa: Huyện Nho Quan." in said
    assert "bên dưới" not in said


def test_nothing_but_refused_returns_still_makes_a_document(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, [("372", 2025, well_but(victims=-1))])
    said = "\n".join(texts(written(tmp_path, file)))
    assert "Không có báo cáo hợp lệ." in said


def test_no_cases_is_neither_met_nor_missed(tmp_path: Path, plan: Plan) -> None:
    none = well_but(victims=0, victims_seeking_help=0)
    document = written(tmp_path, write_csv(tmp_path / "r.csv", plan, of_2025({"372": none})))
    assert ["2", "Huyện Nho Quan", "–", "100,0%", "100,0%", "100,0%"] in rows(tables(document)[1])
    assert "Ký hiệu: – không có trường hợp." in texts(document)


@pytest.mark.slow
def test_last_year_and_progress_come_from_the_ledger(tmp_path: Path, plan: Plan) -> None:
    ledger = str(tmp_path / "ledger.db")
    units = ("369", "370", "372", "373", "374", "375", "376", "377")
    for year, helped in ((2023, 4), (2024, 7)):
        rows_of_year = [(unit, year, well_but(victims_seeking_help=helped)) for unit in units]
        file = write_csv(tmp_path / f"{year}.csv", plan, rows_of_year)
        assert run("submit", "--ledger", ledger, file).code == 0
    document = written(tmp_path, "--ledger", ledger, year=2024)
    assert rows(tables(document)[0])[1] == [
        "1",
        "Tìm kiếm sự trợ giúp",
        "chưa đề ra",
        "56/80 = 70,0%",
        "40,0%",
        "chưa đến hạn",
    ]
    said = "\n".join(texts(document))
    assert "Kết quả năm 2024: 56/80 người tìm kiếm sự trợ giúp, bằng 70,0%; năm 2023: 40,0%." in said
    assert "chưa đến hạn: mục tiêu tối thiểu 50% đề ra cho năm 2025" in said
    assert "Tiến độ: 70,0%, đã đạt mức 50% đề ra cho năm 2025." in said


def test_optional_fields_stand_in_the_annex_where_a_unit_gave_them(tmp_path: Path, plan: Plan) -> None:
    counts = [*WELL, "helped_legal"]
    lines = [["unit", "year", *counts], *([unit, "2025", *map(str, WELL.values()), ""] for unit in UNITS_OF_2025)]
    lines[2][-1] = "5"  # of Nho Quan
    file = tmp_path / "r.csv"
    file.write_text("\n".join(",".join(line) for line in lines), encoding="utf-8")
    first, second = tables(written(tmp_path, str(file)))[-2:]
    assert rows(first)[1][-1] == "Pháp lý"
    assert [row[-1] for row in rows(first)[2:]] == ["…", "5", *["…"] * 5, "5"]
    assert rows(second)[1][2:] == [indicator.title.vi for indicator in plan.indicators]


@pytest.mark.slow
def test_it_is_vietnamese_unless_asked_otherwise(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    assert "BÁO CÁO" in texts(written(tmp_path, file))
    english = texts(written(tmp_path, file, "--lang", "en"))
    assert "REPORT" in english
    assert {"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"} <= set(english)
    monkeypatch.setenv("GBV_KPI_LANG", "en")
    assert "REPORT" in texts(written(tmp_path, file))


@pytest.mark.slow
def test_the_same_returns_give_the_same_document(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025(ONE_SCHOOL_LACKING))
    contents = []
    for name in ("one.docx", "two.docx"):
        run("report", "--year", "2025", file, "--output", str(tmp_path / name))
        with zipfile.ZipFile(tmp_path / name) as archive:
            contents.append({member: archive.read(member) for member in archive.namelist()})
    assert contents[0] == contents[1]
    assert b"2025-06-30T00:00:00Z" in contents[0]["docProps/core.xml"]


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    "text", ["a\x1b[31mb", "a\x00b", "\ufffe\uffff", "<w:p/>&amp;", "PAGE \\* MERGEFORMAT"], ids=ascii
)
def test_hostile_text_is_only_text(tmp_path: Path, plan: Plan, text: str) -> None:
    """The texts that others wrote are those of the plan file."""
    source = (
        (BUILT_IN / "ninh-binh-63-kh-ubnd.toml")
        .read_text("utf-8")
        .replace('name = "Huyện Nho Quan"', f"name = {json.dumps(text)}")
    )
    own = tmp_path / "plan.toml"
    own.write_text(source, encoding="utf-8")
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    document = written(tmp_path, file, "--plan", str(own))
    shown = rows(tables(document)[1])[2][1]
    assert shown == text if text.isprintable() else "\\u" in shown
    assert len(list(document.element.iter(qn("w:fldSimple"), qn("w:fldChar"), qn("w:instrText")))) == 0


def test_what_is_withheld_has_a_sign_and_a_reason(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    outcome = judge_report([file], plan, 2025, FailOn.NEVER, language("vi"), detailed=True)
    document = docx.Document(BytesIO(to_docx(with_nho_quan_withheld(outcome), language("vi"))))
    assert rows(tables(document)[1])[2] == ["2", "Huyện Nho Quan", "#", "100,0%", "100,0%", "100,0%"]
    annex = rows(tables(document)[-1])
    assert annex[3][:5] == ["2", "Huyện Nho Quan", "#", "#", "5"]
    assert annex[-1][:5] == ["", "Tổng số", "70", "42", "35"]  # as the province's finding shows them
    said = texts(document)
    assert "Ký hiệu: # không công bố." in said
    assert any("từ 1 đến 4" in text for text in said)


def with_nho_quan_withheld(outcome: Outcome) -> Outcome:
    findings = tuple(
        replace(found, status=Status.WITHHELD, numerator=None, denominator=None)
        if (found.unit, found.indicator) == ("372", "help-seeking")
        else found
        for found in outcome.scorecard.findings
    )
    hidden = frozenset({"victims", "victims_seeking_help"})
    counts = tuple(
        replace(of, withheld=hidden, values={field: n for field, n in of.values.items() if field not in hidden})
        if of.unit == "372"
        else of
        for of in outcome.counts
    )
    scorecard = replace(outcome.scorecard, frame=findings_frame(outcome.scorecard.plan, findings))
    return replace(outcome, scorecard=scorecard, counts=counts, withheld=Withheld(5, 1, 0))


def test_a_plan_without_words_for_the_report_leaves_them_to_the_officer(tmp_path: Path, plan: Plan) -> None:
    source = (BUILT_IN / f"{plan.id}.toml").read_text("utf-8")
    before, _, after = source.partition("[[agency]]")
    tasks = after.index("[[task_group]]")
    own = tmp_path / "plan.toml"
    own.write_text(before.replace("63/KH-UBND", "28/NQ-CP") + after[tasks:], encoding="utf-8")
    document = written(tmp_path, write_csv(tmp_path / "r.csv", plan, of_2025()), "--plan", str(own))
    said = texts(document)
    assert paragraph(document, "Số:").text == "Số:       /BC-……"
    assert paragraph(document, "……, ngày").text
    assert any(text.startswith("Thực hiện Nghị quyết số 28/NQ-CP ngày 12/5/2021 về Chương trình") for text in said)
    assert "Kính gửi:" not in said
    assert {"……", "THỦ TRƯỞNG ĐƠN VỊ", "- Như trên;", "- Lưu: VT."} <= set(said)


def test_one_addressee_stands_on_the_line_of_the_words(tmp_path: Path, plan: Plan) -> None:
    source = (BUILT_IN / f"{plan.id}.toml").read_text("utf-8")
    second = ', { role = "ministry" }'
    assert second in source
    own = tmp_path / "plan.toml"
    own.write_text(source.replace(second, ""), encoding="utf-8")
    document = written(tmp_path, write_csv(tmp_path / "r.csv", plan, of_2025()), "--plan", str(own))
    assert paragraph(document, "Kính gửi:").text == "Kính gửi: Ủy ban nhân dân tỉnh Ninh Bình."


def test_points_are_lettered_by_the_vietnamese_alphabet(tmp_path: Path, plan: Plan) -> None:
    """Of thành phố Ninh Bình, which is part of thành phố Hoa Lư, only the warning tells."""
    merged = [("Thành phố Ninh Bình", 2025, well_but()), ("Huyện Hoa Lư", 2025, well_but()), *of_2025(units=["370"])]
    said = texts(written(tmp_path, write_csv(tmp_path / "r.csv", plan, merged)))
    points = said[said.index("2. Về số liệu báo cáo") + 1 : said.index("3. Nguyên nhân")]
    assert [point.partition(" ")[0] for point in points][:6] == ["a)", "b)", "c)", "d)", "đ)", "e)"]
    assert any("Thành phố Hoa Lư" in point for point in points)


@pytest.mark.slow
def test_more_mergers_than_letters_are_counted(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    outcome = judge_report([file], plan, 2025, FailOn.NEVER, language("vi"), detailed=True)
    merged = [Problem("merged-unit", Place("r.csv"), phrase("Missing: {units}.", units=str(n))) for n in range(30)]
    said = texts(docx.Document(BytesIO(to_docx(replace(outcome, problems=tuple(merged)), language("vi")))))
    assert "v) Chưa báo cáo: 19." in said
    assert "x) … và 10 dòng khác" in said


def test_a_title_that_names_the_plan_is_not_said_twice(tmp_path: Path) -> None:
    """Of Hà Nội's plan only the number is known, so its title is that; it has no units, and no agencies."""
    file = tmp_path / "r.csv"
    file.write_text(
        "unit,year,victims,victims_seeking_help,cases_needing_help,cases_helped\nBa Đình,2025,9,6,5,4\n", "utf-8"
    )
    document = written(tmp_path, str(file), "--plan", "ha-noi-106-kh-ubnd")
    assert paragraph(document, "Kết quả thực hiện Kế hoạch số 106/KH-UBND ngày 19/4/2021, Thành phố Hà Nội").text
    assert paragraph(document, "Thực hiện Kế hoạch số 106/KH-UBND ngày 19/4/2021, Thành phố Hà Nội, …… báo cáo").text
    assert rows(tables(document)[1])[1] == ["1", "Ba Đình", "66,7%", "80,0%*"]
