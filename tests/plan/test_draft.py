# ruff: noqa: E501 - sentences stand as they are printed
"""Plan files drafted from texts: every threshold that a text sets, and none that it does not."""

from io import BytesIO
from pathlib import Path

import docx
import pytest

from gbv_kpi.plan.draft import Target, drafted, targets_in
from gbv_kpi.plan.load import read_plan
from tests.command import run

Threshold = tuple[str, int, str, str]  # measure, year, key, number

TEXTS: dict[str, tuple[str, int, int, list[Threshold]]] = {
    "plan 63": (
        (
            "Theo đó, Ninh Bình phấn đấu đến năm 2025, tối thiểu 50% người bị bạo lực trên cơ sở giới tìm kiếm sự trợ giúp "
            "từ cơ quan cung cấp dịch vụ. Đến năm 2025, 100% trường hợp có nhu cầu trợ giúp về bạo lực trên cơ sở giới "
            "được trợ giúp bằng các hình thức khác nhau. Hằng năm có trên 90% cán bộ, công chức phụ trách công tác bình "
            "đẳng giới các cấp và những người hoạt động không chuyên trách cấp thôn, tổ dân phố được tập huấn. Đến năm "
            "2023, đạt 85% và đến năm 2025 đạt 100% cơ sở giáo dục trên địa bàn tỉnh tổ chức lồng ghép các hoạt động."
        ),
        2021,
        2025,
        [
            ("percent", 2025, "at_least", "50"),
            ("percent", 2025, "at_least", "100"),
            ("percent", 2021, "above", "90"),
            ("percent", 2023, "at_least", "85"),
            ("percent", 2025, "at_least", "100"),
        ],
    ),
    "resolution 28": (
        (
            "- Chỉ tiêu 1: Giảm số giờ trung bình làm công việc nội trợ và chăm sóc trong gia đình không được trả công của "
            "phụ nữ còn 1,7 lần vào năm 2025 và 1,4 lần vào năm 2030 so với nam giới.\n"
            "- Chỉ tiêu 2: Đến năm 2025 đạt 80% và đến 2030 đạt 90% người bị bạo lực gia đình, bạo lực trên cơ sở giới được "
            "phát hiện được tiếp cận ít nhất một trong các dịch vụ hỗ trợ cơ bản; đến năm 2025 đạt 50% và đến năm 2030 đạt "
            "70% người gây bạo lực được phát hiện ở mức chưa bị truy cứu trách nhiệm hình sự được tư vấn, tham vấn.\n"
            "- Chỉ tiêu 3: Từ năm 2025 trở đi, 100% số nạn nhân bị mua bán trở về được phát hiện có nhu cầu hỗ trợ được "
            "hưởng các dịch vụ hỗ trợ.\n"
            "- Chỉ tiêu 4: Đến năm 2025 có 70% và năm 2030 có 100% cơ sở trợ giúp xã hội công lập triển khai các hoạt động."
        ),
        2021,
        2030,
        [
            ("ratio", 2025, "at_most", "1.7"),
            ("ratio", 2030, "at_most", "1.4"),
            ("percent", 2025, "at_least", "80"),
            ("percent", 2030, "at_least", "90"),
            ("percent", 2025, "at_least", "50"),
            ("percent", 2030, "at_least", "70"),
            ("percent", 2025, "at_least", "100"),
            ("percent", 2025, "at_least", "70"),
            ("percent", 2030, "at_least", "100"),
        ],
    ),
    "plan 69": (
        (
            "Mục tiêu đến năm 2025:\nĐạt 40% số hộ gia đình tham gia các buổi nói chuyện chuyên đề; Đạt trên 70% người có "
            "nguy cơ bị bạo lực gia đình được trang bị kiến thức; Phấn đấu đạt 100% những người bị bạo lực gia đình khi phát "
            "hiện được bảo vệ; Phấn đấu đạt trên 100% những người có hành vi bạo lực gia đình được tư vấn; Đạt 100% xã, "
            "phường, thị trấn duy trì Mô hình; Đạt 90% người trực tiếp tham gia được bồi dưỡng."
        ),
        2022,
        2025,
        [
            ("percent", 2025, "at_least", "40"),
            ("percent", 2025, "above", "70"),
            ("percent", 2025, "at_least", "100"),
            ("percent", 2025, "above", "100"),
            ("percent", 2025, "at_least", "100"),
            ("percent", 2025, "at_least", "90"),
        ],
    ),
    "decision 45": (
        (
            "Mục tiêu cụ thể đến năm 2025 như sau:\n- Đạt 50% các kênh chương trình truyền hình có chuyên mục;\n"
            "- Trên 70% người có nguy cơ bị bạo lực gia đình được trang bị kiến thức;\n- 95% những người bị bạo lực gia đình "
            "khi phát hiện được bảo vệ;\n- Trên 80% những người có hành vi bạo lực gia đình khi phát hiện được tư vấn."
        ),
        2022,
        2025,
        [
            ("percent", 2025, "at_least", "50"),
            ("percent", 2025, "above", "70"),
            ("percent", 2025, "at_least", "95"),
            ("percent", 2025, "above", "80"),
        ],
    ),
    "years behind": (
        (
            "Tỷ lệ nữ giám đốc doanh nghiệp đạt ít nhất 27% vào năm 2025 và 30% vào năm 2030; giảm tỷ trọng lao động nữ làm "
            "việc trong khu vực nông nghiệp xuống dưới 30% vào năm 2025, dưới 25% vào năm 2030."
        ),
        2021,
        2030,
        [
            ("percent", 2025, "at_least", "27"),
            ("percent", 2030, "at_least", "30"),
            ("percent", 2025, "below", "30"),
            ("percent", 2030, "below", "25"),
        ],
    ),
    "changes": (
        (
            "Giảm 5% mỗi năm số vụ bạo lực; đến năm 2025 giảm ít nhất 20% số vụ so với năm 2020; hằng năm tăng 10% số người "
            "được tư vấn."
        ),
        2021,
        2025,
        [
            ("change", 2021, "at_most", "-5"),
            ("change", 2025, "at_most", "-20"),
            ("change", 2021, "at_least", "10"),
        ],
    ),
    "absolute": (
        (
            "Đến năm 2025 xây dựng ít nhất 08 mô hình phòng ngừa. Đến năm 2025, không quá 10 vụ tái phạm. Mỗi xã có ít nhất "
            "01 địa chỉ tin cậy."
        ),
        2021,
        2025,
        [("count", 2025, "at_least", "8"), ("count", 2025, "at_most", "10")],
    ),
    "sections": (
        (
            "I. KẾT QUẢ\nNăm 2020 đạt 85% số hộ. Hiện nay 60% số xã có mô hình.\nII. MỤC TIÊU\n1. Chỉ tiêu đến năm 2030\n"
            "- Đến năm 2030, tối thiểu 92,5% phụ nữ được tư vấn\nIII. NHIỆM VỤ, GIẢI PHÁP\nTập huấn ít nhất 200 người, 50% là "
            "nữ.\nIV. KINH PHÍ\nNgân sách tỉnh 70%."
        ),
        2026,
        2030,
        [("percent", 2030, "at_least", "92.5")],
    ),
    "at most": (
        (
            "Đến năm 2028, tỷ lệ tái diễn không quá 3,5% và đến năm 2030 không quá 2%; duy trì 100% số xã có tổ tư vấn hằng "
            "năm; tối thiểu từ 80% trở lên nạn nhân được hỗ trợ vào năm 2030."
        ),
        2026,
        2030,
        [
            ("percent", 2028, "at_most", "3.5"),
            ("percent", 2030, "at_most", "2"),
            ("percent", 2026, "at_least", "100"),
            ("percent", 2030, "at_least", "80"),
        ],
    ),
    "nothing": (
        (
            "Năm qua đã đạt 92% kế hoạch. Theo khảo sát, 63% phụ nữ từng bị bạo lực. Kinh phí: 500 triệu đồng, ngân sách "
            "trung ương 30%. Luật số 13/2022/QH15 ngày 14/11/2022. Điện thoại 0229 3871 000."
        ),
        2021,
        2025,
        [],
    ),
}


def thresholds(targets: list[Target]) -> list[Threshold]:
    return [(target.measure, bound.year, bound.key, bound.number) for target in targets for bound in target.bounds]


@pytest.mark.parametrize("name", TEXTS)
def test_text_gives_its_thresholds_and_no_other(name: str) -> None:
    text, first, last, expected = TEXTS[name]
    targets = list(targets_in(text, first, last))
    assert thresholds(targets) == expected
    assert all(target.quote in " ".join(text.split()) for target in targets)


def test_what_rules_cannot_decide_is_doubtful() -> None:
    (target,) = targets_in("Hằng năm giảm 5-10% số trẻ em bị thương; khoảng ba phần tư số hộ.", 2021, 2025)
    assert target.bounds[0].is_doubtful
    (target,) = targets_in("Tối thiểu 50% người được hỗ trợ.", 2021, 2025)
    assert (target.bounds[0].year, target.bounds[0].is_doubtful) == (2025, True)


@pytest.mark.parametrize("name", [name for name, case in TEXTS.items() if case[3]])
def test_draft_is_a_plan_without_a_mistake(name: str, tmp_path: Path) -> None:
    text, first, last, expected = TEXTS[name]
    source, drafted = tmp_path / "plan.txt", tmp_path / "plan.toml"
    head = f"Số: 63/KH-UBND\nNinh Bình, ngày 12 tháng 5 năm {first}\nKẾ HOẠCH\nPhòng ngừa bạo lực\ngiai đoạn {first} - {last}\n"
    source.write_text(f"{head}\n{text}\n", encoding="utf-8")
    assert run("plan", "draft", str(source), "--output", str(drafted)).code == 0
    reading = read_plan(drafted)
    assert reading.mistakes == ()
    assert reading.plan is not None
    assert (reading.plan.number, str(reading.plan.issued)) == ("63/KH-UBND", f"{first}-05-12")
    assert sum(len(indicator.entries) for indicator in reading.plan.indicators) == len(expected)
    assert "# ?" in drafted.read_text("utf-8")


@pytest.mark.parametrize("after", ["1. Mục tiêu cụ thể", "I. MỤC TIÊU", "- Đến năm 2025", "_____", "Căn cứ Quyết định"])
def test_title_ends_before_a_rule_a_heading_or_a_list(after: str) -> None:
    text = f"KẾ HOẠCH\nPhòng ngừa bạo lực\n giai đoạn 2021 - 2025\n{after}\nMục tiêu:\nĐến năm 2025, ít nhất 80% số người\n"
    assert 'title = { vi = "Phòng ngừa bạo lực giai đoạn 2021 - 2025" }' in drafted(text, "")


def test_word_document_is_read_with_its_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Kế hoạch giai đoạn 2021 - 2025")
    document.add_table(1, 1).cell(0, 0).text = "Đến năm 2025, tối thiểu 50% người bị bạo lực tìm kiếm sự trợ giúp"
    file = tmp_path / "plan.docx"
    document.save(str(file))
    ran = run("plan", "draft", str(file))
    assert (ran.code, ran.err) == (0, "")
    assert "{ from = 2025, at_least = 50 }," in ran.out


@pytest.mark.parametrize("content", [b"PK\x03\x04 no document", b"\xff\xfe\x00", "Không có gì.".encode()])
def test_text_that_gives_no_plan_is_one_line_and_exit_code_2(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "plan.txt"
    file.write_bytes(BytesIO(content).getvalue())
    ran = run("plan", "draft", str(file))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("plan", ["ninh-binh-63-kh-ubnd", "ha-noi-106-kh-ubnd"])
def test_new_from_a_built_in_plan_is_that_plan_under_another_id(plan: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert run("plan", "new", "--from", plan, "--output", str(file)).code == 0
    reading = read_plan(file)
    assert (reading.mistakes, reading.doubts) == ((), ())
    assert reading.plan is not None
    assert reading.plan.id == f"{plan}-2"


def test_new_from_a_plan_that_is_not_built_in_names_the_nearest() -> None:
    ran = run("plan", "new", "--from", "ninh-binh-63")
    assert ran.code == 2
    assert "ninh-binh-63-kh-ubnd" in ran.err
