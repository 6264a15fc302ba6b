"""A pasted table: however it was copied, the same corners come out as from the file."""

from decimal import Decimal

import pytest
from coordinatetables import CORNERS
from hypothesis import given
from hypothesis import strategies as st

from lib.importing.coordinates.pasted import understand
from lib.importing.coordinates.reader import read_coordinate_table
from lib.importing.readers.office import csvfile
from lib.language.errors import DataRefusedError

DEGREES = [(21.3456, 105.4123), (21.3466, 105.4123), (21.3466, 105.4133), (21.3456, 105.4133)]


def corners(text):
    return [(float(one.north), float(one.east)) for one in understand(text).corners]


def grouped(value, thousands, decimal):
    whole, _, rest = f"{value:,.2f}".partition(".")
    return whole.replace(",", thousands) + decimal + rest


def lines(form, *, number=lambda v: f"{v:.2f}", between="\n"):
    return between.join(
        form.format(n=at, x=number(x), y=number(y)) for at, (x, y) in enumerate(CORNERS, 1)
    )


FORMS = {
    "tabs of a sheet": lines("{n}\t{x}\t{y}", number=lambda v: f"{v:.2f}".replace(".", ",")),
    "with lengths": lines("{n}\t{x}\t{y}\t100,00"),
    "semicolons": lines("{n};{x};{y}"),
    "spaces, thousands by points": lines("{n} {x} {y}", number=lambda v: grouped(v, ".", ",")),
    "thousands by commas": lines("{n} {x} {y}", number=lambda v: grouped(v, ",", ".")),
    "thousands by spaces": lines("X={x} Y={y}", number=lambda v: grouped(v, " ", ",")),
    "all in one line": lines("{n} {x} {y}", between=" "),
    "of a message": lines("M{n} ({x}; {y})", between=", "),
    "east first": lines("{n} {y} {x}"),
    "column after column": "\n".join(
        f"{v:.2f}" for column in zip(*CORNERS, strict=True) for v in column
    ),
    "each number in a line": "\n".join(f"{v:.2f}" for corner in CORNERS for v in corner),
    "under a heading": "TT X (m) Y (m)\n" + lines("{n} {x} {y}"),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_however_it_was_copied_it_is_the_same_table(text):
    assert corners(text) == CORNERS


@pytest.mark.parametrize("form", ["{x}, {y}", "{x},{y}", "{n}. {y} {x}", "vĩ độ {x} kinh độ {y};"])
def test_degrees_are_told_by_their_size(form):
    rows = [form.format(n=at, x=x, y=y) for at, (x, y) in enumerate(DEGREES, 10)]
    found = understand("\n".join(rows))
    assert found.degrees
    assert [(float(one.north), float(one.east)) for one in found.corners] == DEGREES


def test_degrees_with_minutes_and_seconds():
    found = understand(
        "1 21°18'30,5\" 105°24'10\" 2 21°19'30\" 105°24'10\" 3 21°19'30\" 105°25'0\""
    )
    assert found.corners[0].north == Decimal("21.308472222")
    assert found.corners[2].east == Decimal("105.416666667")


def test_whole_metres_with_a_comma_between_are_two_numbers():
    assert corners("2358517,567233\n2358617,567233\n2358617,567333") == [
        (2358517, 567233),
        (2358617, 567233),
        (2358617, 567333),
    ]


def test_it_goes_on_like_the_file_of_an_office(tmp_path):
    text = "Cụm công nghiệp Ấm Hạ\nMốc X Y\n" + lines("M{n} {y} {x}") + "\nM1 567233.75 2358517.85"
    path = tmp_path / "dan.csv"
    path.write_bytes(understand(text).file())
    (grid,) = csvfile.read(path, path.name).grids
    table = read_coordinate_table(grid)
    assert [f for f in table.findings if f.level == "refused"] == []
    (parcel,) = table.parcels
    assert parcel.corners.tolist() == [list(corner) for corner in CORNERS]
    assert "Ấm Hạ" in path.read_text("utf-8").splitlines()[0]


def test_the_name_of_the_cluster_stands_above_the_table():
    named = understand(FORMS["semicolons"])
    assert named.file("Ấm Hạ").decode().startswith("Cụm công nghiệp Ấm Hạ\n")
    assert named.file("CCN Ấm Hạ").decode().startswith("CCN Ấm Hạ\n")


def test_titles_between_keep_their_place():
    halves = [lines("{n} {x} {y}"), lines("{n} {x} {y}")]
    found = understand(f"Thửa 1\n{halves[0]}\nThửa 2\n{halves[1]}")
    assert found.titles == ((0, "Thửa 1"), (4, "Thửa 2"))
    assert found.file().decode().splitlines()[6] == "Thửa 2"


def test_a_formula_stays_a_text():
    found = understand('=HYPERLINK("http://x")\n' + FORMS["semicolons"])
    assert found.titles == ((0, '=HYPERLINK("http://x")'),)


@pytest.mark.parametrize(
    ("text", "key", "row"),
    [
        ("", "paste.nothing", None),
        ("Xin gửi anh bảng tọa độ, số 12/QĐ", "paste.nothing", None),
        ("1 2358517,85 567233,75", "paste.too_few", None),
        ("1 2358517,85 567233,75\n2 2358617,85\n3 2358617,85 567333,75", "paste.unpaired", 2),
        ("2358517 567233\n2358617 567233\n2358617", "paste.unpaired", 3),
    ],
)
def test_what_makes_no_pairs_is_refused_with_its_line(text, key, row):
    with pytest.raises(DataRefusedError) as refused:
        understand(text)
    assert refused.value.key == key
    assert refused.value.values.get("row") == row


@given(st.text(alphabet="0123456789.,;: \t\nXYab°'\"-", max_size=200))
def test_any_text_is_understood_or_refused(text):
    try:
        found = understand(text)
    except DataRefusedError:
        return
    assert len(found.corners) >= 3
    found.file()


@given(
    st.lists(
        st.tuples(
            st.decimals(2_200_000, 2_400_000, places=3), st.decimals(400_000, 700_000, places=3)
        ),
        min_size=3,
        max_size=12,
    ),
    st.sampled_from(["\t", ";", "  ", " ; "]),
    st.sampled_from([".", ","]),
)
def test_every_decimal_comes_through(points, between, sign):
    text = "\n".join(
        between.join([str(at), *(str(v).replace(".", sign) for v in point)])
        for at, point in enumerate(points, 1)
    )
    assert [(one.north, one.east) for one in understand(text).corners] == points
