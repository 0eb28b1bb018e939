"""An office's own Word document: its looks stay, its fields are filled in, and its mistakes are told."""

import resource
import time
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.shared import Mm, Pt

from gbv_kpi.plan import Plan
from gbv_kpi.plan.load import BUILT_IN
from gbv_kpi.render.docx.template import PARTS, report_fields
from tests.command import of_2025, run, well_but, write_csv
from tests.render.mutants import mutate
from tests.render.word import millimetres, paragraph, refused, rows, texts, written

ONE_SCHOOL_LACKING = {"377": well_but(schools_integrating=19)}


@pytest.fixture
def returns(tmp_path: Path, plan: Plan) -> str:
    return write_csv(tmp_path / "r.csv", plan, of_2025(ONE_SCHOOL_LACKING))


def saved(document: Document, folder: Path) -> str:
    file = folder / "office.docx"
    document.save(str(file))
    return str(file)


def saying(folder: Path, *lines: str) -> str:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    return saved(document, folder)


@pytest.mark.slow
def test_the_offices_paper_styles_and_header_stay(tmp_path: Path, returns: str) -> None:
    office = docx.Document()
    office.sections[0].left_margin = Mm(35)
    office.styles["Normal"].font.size = Pt(13)
    office.sections[0].header.paragraphs[0].text = "{{ co_quan_ban_hanh }}"
    office.add_paragraph("Đầu trang của văn phòng", style="Title")
    office.add_paragraph("{{ noi_dung }}")
    document = written(tmp_path, returns, "--docx-template", saved(office, tmp_path))
    assert millimetres(document.sections[0].left_margin) == 35
    assert document.styles["Normal"].font.size == Pt(13)
    assert document.sections[0].header.paragraphs[0].text == "Sở Nội vụ"
    assert texts(document)[0] == "Đầu trang của văn phòng"
    heading = paragraph(document, "I. ĐÁNH GIÁ CHUNG").style
    assert heading is not None
    assert heading.name == "Heading 1"
    assert heading.font.color is not None
    assert heading.font.color.rgb is not None  # the office's heading is blue, and stays it


def test_a_field_is_filled_in_wherever_word_has_split_it(tmp_path: Path, returns: str) -> None:
    office = docx.Document()
    line = office.add_paragraph("Năm {")
    for part, bold in (("{ n", True), ("am }", False), ("} của {{dia_phuong}}.", True)):
        line.add_run(part).bold = bold
    document = written(tmp_path, returns, "--docx-template", saved(office, tmp_path))
    assert texts(document) == ["Năm 2025 của Tỉnh Ninh Bình."]


@pytest.mark.slow
def test_the_content_is_that_of_the_report_itself(tmp_path: Path, returns: str) -> None:
    whole = texts(written(tmp_path, returns))
    first = next(place for place, text in enumerate(whole) if text.startswith("Thực hiện Kế hoạch"))
    last = next(place for place, text in enumerate(whole) if text.startswith("Trên đây"))
    document = written(tmp_path, returns, "--docx-template", saying(tmp_path, "Trước", "{{ noi_dung }}", "Sau"))
    assert texts(document) == ["Trước", *whole[first : last + 1], "Sau"]


@pytest.mark.quick(1)
@pytest.mark.parametrize("part", PARTS)
def test_each_part_can_stand_alone(tmp_path: Path, returns: str, part: str) -> None:
    document = written(tmp_path, returns, "--docx-template", saying(tmp_path, "Trước", f"{{{{{part}}}}}", "Sau"))
    said = texts(document)
    assert (said[0], said[-1]) == ("Trước", "Sau")
    assert len(said) > 10


def test_a_part_in_a_cell_leaves_the_cell_a_paragraph(tmp_path: Path, returns: str) -> None:
    """Without one after a table in it, Word takes the document for damaged."""
    office = docx.Document()
    office.add_table(rows=1, cols=1).cell(0, 0).text = "{{ bang_don_vi }}"
    document = written(tmp_path, returns, "--docx-template", saved(office, tmp_path))
    cell = document.tables[0].cell(0, 0)
    assert "Huyện Yên Mô" in [row[1] for row in rows(cell.tables[0])]
    assert str(cell._tc[-1].tag).endswith("}p")


@pytest.mark.slow
def test_a_row_is_repeated_for_each_unit_and_its_indicators(tmp_path: Path, returns: str) -> None:
    office = docx.Document()
    table = office.add_table(rows=3, cols=2)
    table.cell(0, 0).text = "{%tr for d in cac_don_vi %}"
    table.cell(1, 0).text, table.cell(1, 1).text = "{{ d.stt }}. {{ d.ten }}", "{{ d.chi_tieu[3].ty_le }}"
    table.cell(2, 0).text = "{%tr endfor %}"
    document = written(tmp_path, returns, "--docx-template", saved(office, tmp_path))
    said = rows(document.tables[0])
    assert len(said) == 7
    assert said[0] == ["1. Thành phố Tam Điệp", "100,0%"]
    assert said[6] == ["7. Huyện Yên Mô", "95,0%"]


def test_every_field_can_be_written(tmp_path: Path, returns: str, plan: Plan) -> None:
    from gbv_kpi.exit_codes import FailOn
    from gbv_kpi.i18n import language
    from gbv_kpi.pipeline import judge_report

    outcome = judge_report([returns], plan, 2025, FailOn.NEVER, language("vi"), detailed=True)
    names = [
        name for name, value in report_fields(outcome, "", language("vi")).items() if name[:4] != "cac_"
    ]  # lists of rows
    lines = [f"{name}: {{{{ {name} }}}}" for name in names]
    said = texts(written(tmp_path, returns, "--docx-template", saying(tmp_path, *lines)))
    assert [line.partition(":")[0] for line in said] == names
    assert said[:4] == [
        "nam: 2025",
        "so_ke_hoach: 63/KH-UBND",
        "ten_van_ban: Kế hoạch số 63/KH-UBND",
        "ngay_ke_hoach: 12/5/2021",
    ]


@pytest.mark.slow
def test_signs_of_xml_in_a_name_are_only_signs(tmp_path: Path, returns: str, plan: Plan) -> None:
    own = tmp_path / "plan.toml"
    source = (BUILT_IN / f"{plan.id}.toml").read_text("utf-8")
    own.write_text(source.replace('vi = "Tỉnh Ninh Bình"', 'vi = "<w:p/> & {{ nam }}"'), encoding="utf-8")
    template = saying(tmp_path, "{{ dia_phuong }}", "{{ bang_don_vi }}")
    said = texts(written(tmp_path, returns, "--plan", str(own), "--docx-template", template))
    assert said[0] == "<w:p/> & {{ nam }}"
    assert said.count("<w:p/> & {{ nam }}") == 2


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["{{ nma }} và {{ tinh }}"], "The Word template uses nma, tinh, which the report does not have."),
        (
            ["{%p for c in cac_chi_tieu %}", "{{ c.tn }}", "{%p endfor %}"],
            "uses tn, which the report does not have",
        ),
        (["Không có trường nào."], "The Word template has no field: write {{ noi_dung }} where"),
        (["{{ nam "], "Invalid field in the Word template"),
        (
            ["{%p for c in cac_chi_tieu %}", "{{ c.ten }}"],
            "Invalid field in the Word template",
        ),
        (["{{ nam / 0 }}"], "The fields of the Word template cannot be computed."),
        (["{{ nam.__class__.__mro__[1].__subclasses__() }}"], "uses __class__"),
        (["{{ ''.join(nam.__class__) }}"], "uses __class__"),
        (["{% for a in range(10**9) %}{{ nam }}{% endfor %}"], "The fields of the Word template cannot be computed."),
        (["{{ nam | nosuchfilter }}"], "Invalid field in the Word template"),
    ],
)
def test_what_cannot_be_filled_in_is_told_and_nothing_written(
    tmp_path: Path, returns: str, lines: list[str], told: str
) -> None:
    ran = refused(tmp_path, returns, "--docx-template", saying(tmp_path, *lines))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert told in ran.err


TOO_MUCH = "gbv-kpi: The Word template repeats too much, or its fields take too long to compute.\n"
NOT_WORKED_OUT = "gbv-kpi: The fields of the Word template cannot be computed.\n"


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "line",
    [
        "{{ noi_dung.draft.document.save(path) }}",
        "{{ noi_dung.__html__() }}",
        "{{ noi_dung.outcome }}",
        "{{ cac_don_vi.append(1) }}",
        "{{ cac_don_vi[0].update({'ten': 1}) }}",
        "{{ lipsum.__globals__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ nam.__init__ }}",
        "{{ (nam|string).format.__self__ }}",
        "{{ self.__init__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ '{0.__class__}'.format(nam) }}",
        "{% include '/etc/passwd' %}",
        "{% import '/etc/passwd' as a %}{{ nam }}",
    ],
)
def test_a_template_reaches_nothing_but_its_fields(tmp_path: Path, returns: str, line: str) -> None:
    path = tmp_path / "written.docx"
    line = line.replace("path", f"'{path}'") if "save" in line else line
    ran = run("report", "--year", "2025", returns, "--docx-template", saying(tmp_path, line), "--format", "docx")
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran
    assert "internal" not in ran.err
    assert not path.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}{{ nam }}"], TOO_MUCH),
        (["{% for a in range(90000) %}{% for b in range(90) %}{{ nam }}{% endfor %}{% endfor %}"], TOO_MUCH),
        (["{{ 'a' * 10**9 }}"], NOT_WORKED_OUT),
        (["{{ 'a' * 1000000000 }}"], NOT_WORKED_OUT),
        (["{{ [nam] * 100000000 }}"], NOT_WORKED_OUT),
        (["{{ 10 ** 10 ** 10 }}"], NOT_WORKED_OUT),
        (["{{ '%1000000000d' % nam }}"], NOT_WORKED_OUT),
        (["{{ 'a'.ljust(9000000000) }}"], TOO_MUCH),
        (["{{ nam|string|center(9000000000) }}"], TOO_MUCH),
        (["{% set a = 'x' %}", *["{% set a = a ~ a %}"] * 40, "{{ a }}"], TOO_MUCH),
        (["{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}"], NOT_WORKED_OUT),
        (["{%p for a in range(5000) %}", "{{ noi_dung }}", "{%p endfor %}"], TOO_MUCH),
    ],
)
def test_a_template_that_never_ends_is_refused_in_time(
    tmp_path: Path, returns: str, lines: list[str], told: str
) -> None:
    started = time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    ran = refused(tmp_path, returns, "--docx-template", saying(tmp_path, *lines, "{{ nam }}"))
    taken = time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - started
    assert (ran.code, ran.out, ran.err) == (2, "", told)
    assert taken < 10


@pytest.mark.slow
def test_a_part_that_an_expression_changes_leaves_a_document(tmp_path: Path, returns: str) -> None:
    """Its mark is no character that a document may hold."""
    lines = ["{{ noi_dung|upper }}", "{{ noi_dung|length }}", "{% if phu_luc %}Có{% endif %}"]
    assert texts(written(tmp_path, returns, "--docx-template", saying(tmp_path, *lines))) == ["NOI_DUNG", "10", "Có"]


def test_names_that_can_be_asked_for_are_listed(tmp_path: Path, returns: str) -> None:
    ran = refused(tmp_path, returns, "--docx-template", saying(tmp_path, "{{ tinh }}"))
    assert "It has: nam, so_ke_hoach," in ran.err
    assert "noi_dung" in ran.err


def zipped(**members: bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def macro_document() -> bytes:
    """A document as Word saves it with macros: only the kind in its list of contents differs."""
    plain = BytesIO()
    docx.Document().save(plain)
    content = BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
            new.writestr(name, old.read(name).replace(kind, b"application/vnd.ms-word.document.macroEnabled.main+xml"))
    return content.getvalue()


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"PK\x03\x04", zipped(a=b"x"), zipped(**{"[Content_Types].xml": b"<a"}), macro_document()],
    ids=["empty", "pdf", "cut off", "another zip", "broken", "macros"],
)
def test_a_file_that_is_no_word_document_is_told(tmp_path: Path, returns: str, content: bytes) -> None:
    file = tmp_path / "office.docx"
    file.write_bytes(content)
    ran = refused(tmp_path, returns, "--docx-template", str(file))
    assert ran.code == 2
    assert ran.err == ("gbv-kpi: The Word template cannot be read: save it in Word as .docx.\n")


@pytest.mark.slow
def test_a_bomb_is_not_opened(tmp_path: Path, returns: str) -> None:
    file = tmp_path / "office.docx"
    file.write_bytes(zipped(**{"word/document.xml": bytes(101 * 2**20)}))
    ran = refused(tmp_path, returns, "--docx-template", str(file))
    assert (ran.code, ran.err) == (2, "gbv-kpi: The Word template is too large to be opened safely.\n")


def test_a_template_is_for_word_only_and_must_be_there(tmp_path: Path, returns: str) -> None:
    template = saying(tmp_path, "{{ noi_dung }}")
    ran = refused(tmp_path, returns, "--docx-template", template, "--format", "json")
    assert (ran.code, "report.docx: unknown file type. This command writes .json." in ran.err) == (2, True)
    ran = run("report", "--year", "2025", returns, "--docx-template", template)
    assert (ran.code, ran.err) == (2, "gbv-kpi: --docx-template applies to the docx format only.\n")
    assert refused(tmp_path, returns, "--docx-template", str(tmp_path / "none.docx")).code == 2


@pytest.mark.slow
def test_the_same_template_gives_the_same_document(tmp_path: Path, returns: str) -> None:
    """Also where the office's file has no dates of its own."""
    template = saying(tmp_path, "{{ noi_dung }}")
    documents = [written(tmp_path, returns, "--docx-template", template) for _ in range(2)]
    assert documents[0].element.xml == documents[1].element.xml
    assert {document.core_properties.modified for document in documents} == {documents[0].core_properties.created}


@pytest.mark.slow
def test_the_annex_fits_upright_pages_too(tmp_path: Path, returns: str) -> None:
    """Not in one table of sixteen columns then, each a letter wide, but in three."""
    office = docx.Document()
    office.sections[0].page_width, office.sections[0].left_margin, office.sections[0].right_margin = (
        Mm(210),
        Mm(30),
        Mm(15),
    )
    office.add_paragraph("{{ phu_luc }}")
    document = written(tmp_path, returns, "--docx-template", saved(office, tmp_path))
    assert [len(table.columns) for table in document.tables] == [10, 8]
    assert [text for text in texts(document) if text.startswith("Bảng")] == ["Bảng 1", "Bảng 2"]


@pytest.mark.slow
def test_damaged_templates_never_end_as_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutate(30, 2) == 0
    assert "30 mutants, seed 2" in capsys.readouterr().out
