"""What stands around the points names parcels and gives areas, or is passed over."""

import pytest
from coordinatetables import HEAD, OTHER, SQUARE, read


@pytest.mark.parametrize(
    ("row", "hectares"),
    [
        ("Diện tích: 69,42 ha", 69.42),
        ("Diện tích: 69,42 ha;Diện tích: 69,42 ha;Diện tích: 69,42 ha", 69.42),
        ("Diện tích;69,42;ha", 69.42),
        ("Diện tích (m²);694.200", 69.42),
        ("S = 10.000 m2", 1),
        ("Tổng diện tích: 1,0 ha", 1),
        ("Tổng;;;400,00", None),
        ("Tổng cộng;;;400,00", None),
        ("Chu vi: 400 m", None),
        ("Phú Thọ, ngày 12 tháng 10 năm 2026", None),
        (";Người lập;;Giám đốc", None),
        ("Người đo vẽ: Nguyễn Văn A", None),
    ],
)
def test_rows_under_the_table_are_passed_over_but_the_area_is_kept(row, hectares):
    result = read(HEAD + SQUARE + row + "\n")
    (parcel,) = result.parcels
    assert parcel.stated_area_ha == hectares
    assert len(parcel.points) == 4
    assert result.findings == ()


def test_each_parcel_keeps_its_own_area():
    text = "Thửa 1\n" + SQUARE + "Diện tích: 1,0 ha\nThửa 2 (diện tích 1,1 ha)\n" + OTHER
    result = read("Tổng diện tích 2,1 ha\n" + HEAD + text + "Tổng diện tích 2,1 ha\n")
    assert [(p.name, p.stated_area_ha) for p in result.parcels] == [
        ("Thửa 1", 1.0),
        ("Thửa 2", 1.1),
    ]


def test_the_name_of_the_cluster_is_taken_from_the_title():
    (parcel,) = read("BẢNG KÊ TỌA ĐỘ CỤM CÔNG NGHIỆP ẤM HẠ\n" + HEAD + SQUARE).parcels
    assert parcel.name == "CỤM CÔNG NGHIỆP ẤM HẠ"
