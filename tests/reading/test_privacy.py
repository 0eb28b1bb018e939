"""What is a heading about persons and what is not, in both languages, as offices and services write them."""

import unicodedata
from collections.abc import Callable

import pytest

from gbv_kpi.plan import load_plan
from gbv_kpi.plan.load import built_in_ids
from gbv_kpi.reading.labels import Kind, listed
from gbv_kpi.reading.normalize import without_diacritics
from gbv_kpi.reading.privacy import (
    columns_of_persons,
    headings_of_persons,
    personal_entry,
    shown_sheet_name,
)

PERSONAL = """
Họ và tên|Họ tên|HỌ TÊN|Họ, tên|Họ & tên|Họ và tên nạn nhân|Họ tên nạn nhân|Họ tên người bị bạo lực
Nạn nhân (họ tên)|Tên nạn nhân|Nạn nhân|NẠN NHÂN|Tên đối tượng|Chủ hộ|Họ tên chủ hộ|Tên chủ hộ|Họ tên vợ
Họ tên chồng|Họ và tên cha|Tên mẹ|Tên người bị bạo lực|Tên người gây bạo lực|Tên trẻ|Tên cháu|Tên bệnh nhân
Tên khách hàng|Tên thân chủ|Thân chủ|Bị hại|Người bị hại|Danh tính|Danh tính nạn nhân|Bí danh|Tên thường gọi
Tên gọi khác|Họ và tên khai sinh|Họ đệm|Họ và chữ đệm|Tên cán bộ|Họ tên cán bộ được tập huấn|Tên cộng tác viên
Thông tin nạn nhân|Danh sách nạn nhân|1. Họ và tên|a) Họ tên|Ngày sinh|Sinh ngày|Năm sinh|Sinh năm
Ngày tháng năm sinh|Ngày, tháng, năm sinh|Ngày/tháng/năm sinh|Nơi sinh|NTNS|CMND|CCCD|CMTND|CMT|Số CMND|Số CCCD
Số CMTND|Số CCCD/CMND|CMND/CCCD/Hộ chiếu|Thẻ căn cước|Căn cước công dân|Số căn cước|Chứng minh nhân dân
Số chứng minh thư|Số định danh cá nhân|Mã định danh|Định danh cá nhân|Hộ chiếu|Số hộ chiếu|Giấy tờ tùy thân|Mã BHYT
Số thẻ BHYT|Thẻ BHYT|Mã thẻ BHYT|Số BHXH|Mã số BHXH|Số sổ bảo hiểm xã hội|Mã số thuế cá nhân|Mã bệnh nhân
Mã nạn nhân|Biển số xe|Giấy phép lái xe|Điện thoại|Số điện thoại|SĐT|SĐT nạn nhân|Số ĐT|ĐTDĐ|Số ĐTDĐ|Di động
Số di động|ĐT liên hệ|ĐT|Đ.thoại|Điện thoại di động|Số điện thoại liên hệ|Số liên hệ|Email|E-mail|Thư điện tử
Địa chỉ email|Zalo|Facebook|Số Zalo|Địa chỉ|Đ/c|Địa chỉ thường trú|Nơi thường trú|Thường trú|Hộ khẩu thường trú
HKTT|Nơi đăng ký thường trú|Tạm trú|Nơi tạm trú|Nơi ở|Nơi ở hiện nay|Chỗ ở hiện nay|Nơi cư trú|Quê quán|Q.quán
Nguyên quán|Số nhà|Địa chỉ nhà|Địa chỉ nạn nhân|Số TK|Số tài khoản|STK|Tài khoản ngân hàng|Chủ tài khoản|Name|NAME
Full name|First name|Last name|First/Last name|Middle name|Surname|Family name|Given name|Nickname|Initials
Victim name|Victim's name|Name of victim|Survivor|Survivor name|Survivor's name|Client|Client name|Patient
Name of perpetrator|Mother's name|Father's name|Spouse's name|Beneficiary name|Head of household|Date of birth|DOB
D.O.B.|Birth date|Birthday|Year of birth|Place of birth|Born|National ID|ID number|ID No.|ID card|Identity card
Citizen ID|Passport|Passport No.|Health insurance number|Client ID|Survivor ID|Social security number|Mobile
Mobile number|Tel|Tel.|Tel. No.|Telephone|Phone|Phone number|Contact number|Cell phone|WhatsApp|E-mail address
Address|Home address|Permanent address|Place of residence|Residence|Hometown|House number|Bank account
Bank account number|Account number|Account no.|IBAN
"""

ORDINARY = """
Số nạn nhân|Số nạn nhân nữ|Số nạn nhân bị bạo lực trên cơ sở giới|Tổng số nạn nhân|Nạn nhân nữ|Nạn nhân nam
Nạn nhân là trẻ em|Nạn nhân được trợ giúp|Nạn nhân bạo lực gia đình|Tỷ lệ nạn nhân được trợ giúp|Nạn nhân (người)
Trong đó: nữ|Nữ|Nam|Trẻ em|Tên đơn vị|Tên xã|Tên huyện|Tên phường|Tên xã, phường|Tên huyện, thành phố
Tên đơn vị báo cáo|Tên cơ quan|Tên chỉ tiêu|Tên cơ sở|Tên cơ sở giáo dục|Tên trường|Tên mô hình|Tên báo cáo
Tên biểu|Tên kế hoạch|Tên tỉnh|Tên thôn|Tên|Địa phương|Địa bàn|Đơn vị|Đơn vị hành chính|Đơn vị tính|ĐVT|STT|TT|Mã
Mã số|Mã đơn vị|Mã huyện|Mã xã|Ghi chú|Nội dung|Chỉ tiêu|Kết quả|Số liệu|Năm|Năm báo cáo|Kỳ báo cáo|Số lượng
Tổng số|Tổng cộng|Cộng|Thực hiện|Kế hoạch|Mục tiêu|Tỷ lệ (%)|Số người bị bạo lực|Số người được tập huấn
Số người có nhu cầu|Số người có CCCD|Số người chưa có hộ khẩu|Số người có tài khoản ngân hàng
Số người gọi điện thoại|Số hộ gia đình|Số hộ nghèo|Số chủ hộ là nữ|Số đối tượng|Số đối tượng được tư vấn|Đối tượng
Đối tượng tập huấn|Số vụ|Số vụ bạo lực|Số trường hợp|Số ca|Số lượt tư vấn|Số lượt tư vấn qua điện thoại
Số cuộc gọi điện thoại|Số cán bộ|Số cán bộ được tập huấn|Số cộng tác viên|Địa chỉ tin cậy|Số địa chỉ tin cậy
Số địa chỉ tin cậy - nhà tạm lánh|Địa chỉ tin cậy ở cộng đồng|Nơi tạm lánh|Hỗ trợ nơi tạm lánh|Hỗ trợ nơi ở
Hỗ trợ chỗ ở tạm thời|Số nơi tạm lánh|Bố trí nơi tạm trú|Nhà tạm lánh|Tư vấn qua điện thoại|Đội tư vấn di động
Số đường dây nóng|Số câu lạc bộ|Số mô hình|Cơ sở giáo dục|Trường học|Hình thức trợ giúp|Tư vấn|Y tế|Pháp lý|Công an
Sinh kế|Khác|Cán bộ, công chức|Người bị bạo lực|Người gây bạo lực|Người cao tuổi|Dưới 16 tuổi|Trên 60 tuổi|Dân tộc
Độ tuổi|Thành thị|Nông thôn|Cấp xã|Cấp huyện|Huyện Nho Quan|Xã Quê Hương|Hộ nghèo|Họ hàng|Chồng|Vợ|Cha, mẹ
Ký, ghi rõ họ tên|(Ký, họ tên, đóng dấu)|Số máy tính|Số trẻ em có mã định danh|Tổng số thẻ BHYT đã cấp|Unit
Unit name|District|District name|Name of unit|Name of district|Code|Unit code|Year|Note|Notes|Remarks|Value|Item
Indicator|Total|Number of victims|Number of survivors|Victims|Survivors|Clients|Number of clients served
No. of cases|Cases|Number of phone calls|Telephone counselling|Mobile teams|Female|Male|Children|Schools
Officials trained|Rate|Target
"""

FRAME = (Kind.NUMBERING, Kind.NOTE, Kind.UNIT, Kind.CODE, Kind.YEAR, Kind.MEASURE, Kind.ITEM)


def headings(block: str) -> list[str]:
    return [heading for line in block.strip().splitlines() for heading in line.split("|")]


def test_the_lists_are_long_enough() -> None:
    assert (len(headings(PERSONAL)) >= 150, len(headings(ORDINARY)) >= 150) == (True, True)


@pytest.mark.parametrize("typed", [str, str.upper, without_diacritics, lambda text: unicodedata.normalize("NFD", text)])
def test_a_personal_heading_is_recognised_however_typed(typed: Callable[[str], str]) -> None:
    assert [heading for heading in headings(PERSONAL) if not personal_entry(typed(heading))] == []


@pytest.mark.parametrize("typed", [str, str.upper, lambda text: unicodedata.normalize("NFD", text)])
def test_an_ordinary_heading_is_not_personal_however_typed(typed: Callable[[str], str]) -> None:
    assert [heading for heading in headings(ORDINARY) if _is_column(typed(heading))] == []


def test_an_ordinary_heading_without_diacritics_is_not_personal() -> None:
    assert [heading for heading in headings(ORDINARY) if _is_column(without_diacritics(heading))] == []


def _is_column(heading: str) -> bool:
    """Whether a column of that heading beside a unit's is taken for one about persons."""
    return bool(headings_of_persons([["Đơn vị", heading], ["Huyện A", 3]], lambda text: text == "Đơn vị"))


@pytest.mark.parametrize("plan", built_in_ids())
def test_no_label_of_a_plan_is_personal(plan: str) -> None:
    loaded = load_plan(plan)
    labels = {label for role in FRAME for label in listed(role)}
    for field in loaded.fields:
        labels |= {
            field.label.vi,
            field.label.en,
            *field.aliases,
            *(part for parts in field.header.values() for part in parts),
        }
    labels |= {name for unit in loaded.units for name in (unit.name, *unit.aliases)}
    labels |= {indicator.title.vi for indicator in loaded.indicators}
    for typed in (str, without_diacritics):
        assert {label for label in labels if personal_entry(typed(label))} == set()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Họ và tên nạn nhân", "Họ và tên"),
        ("HỌ TÊN", "Họ tên"),
        ("ho va ten", "Họ và tên"),
        ("Nạn nhân (họ tên)", "Họ tên"),
        ("Nạn nhân: Nguyễn Thị Bí Mật", "Nạn nhân"),
        ("Số CCCD/CMND", "CCCD"),
        ("SĐT 0912345678", "SĐT"),
        ("Date of birth: 1/2/1990", "Date of birth"),
    ],
)
def test_a_personal_heading_is_told_in_our_own_words(text: str, label: str) -> None:
    entry = personal_entry(text)
    assert entry is not None
    assert entry.label == label


def test_word_for_persons_is_personal_over_words_and_not_over_counts() -> None:
    header, is_heading = ["Đơn vị", "Nạn nhân"], ["Đơn vị"].__contains__
    assert headings_of_persons([header, ["Huyện A", "Nguyễn Thị B"]], is_heading, 4) == {(4, 1): "Nạn nhân"}
    assert headings_of_persons([header, ["Huyện A", "0912345678"]], is_heading) == {(0, 1): "Nạn nhân"}
    assert headings_of_persons([header, ["Huyện A", 12], ["Huyện B", "-"]], is_heading) == {}


def test_an_upper_heading_of_counted_people_is_ordinary() -> None:
    paths = [(3, 4, "Nạn nhân → Nữ"), (3, 5, "Nạn nhân → Họ tên"), (3, 6, "Thông tin nạn nhân → Tuổi")]
    assert columns_of_persons(paths) == {(3, 5): "Họ tên", (3, 6): "Thông tin nạn nhân"}


def test_who_wrote_a_return_is_named_in_its_title_block() -> None:
    titles = [(0, 0, "Họ và tên người lập biểu: A"), (1, 0, "Điện thoại: 0912"), (2, 0, "Họ tên nạn nhân: B")]
    assert columns_of_persons((), titles) == {(2, 0): "Họ tên"}


@pytest.mark.parametrize(
    "name", ["Biểu 1", "Sheet1", "Phụ lục 01", "Năm 2023", "Nho Quan", "Huyện Gia Viễn", "TH", "Mai Sơn xã 3"]
)
def test_an_ordinary_sheet_name_is_shown(name: str) -> None:
    assert shown_sheet_name(name, 2, lambda _: False) == name


@pytest.mark.parametrize(
    "name",
    [
        "DS nạn nhân",
        "Nguyễn Thị Lan",
        "Tran Van Nam",
        "LÊ VĂN A",
        "0912345678",
        "037 190 001234",
        "a.b@gov.vn",
        "Họ tên",
    ],
)
def test_a_sheet_name_that_may_be_a_persons_is_shown_as_a_number(name: str) -> None:
    assert shown_sheet_name(name, 2, lambda _: False) == "#2"


def test_a_unit_named_after_a_person_is_shown() -> None:
    assert shown_sheet_name("Trần Hưng Đạo", 2, lambda name: name == "Trần Hưng Đạo") == "Trần Hưng Đạo"
