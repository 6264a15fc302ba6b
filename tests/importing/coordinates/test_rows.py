"""Rows between headings: blocks side by side, and sides on rows of their own."""

from coordinatetables import CLOSE, CORNERS, HEAD, OTHER, SQUARE, only, read


def test_two_blocks_side_by_side_are_read_left_block_first():
    text = (
        "Số hiệu;X;Y;Số hiệu;X;Y\n"
        "1;2.358.517,85;567.233,75;3;2.358.617,85;567.333,75\n"
        "2;2.358.617,85;567.233,75;4;2.358.517,85;567.333,75\n"
        ";;;1;2.358.517,85;567.233,75\n"
    )
    (parcel,) = read(text).parcels
    assert parcel.corners.tolist() == [list(c) for c in CORNERS]
    assert parcel.rows == (2, 3, 2, 3)


def test_two_blocks_may_hold_two_parcels():
    left, right = (SQUARE + CLOSE).splitlines(), OTHER.splitlines()
    lines = [f"{a};{b}" for a, b in zip(left, [*right, ";;;"], strict=True)]
    head = HEAD.strip() + ";" + HEAD
    result = read(head + "\n".join(lines))
    assert [len(p.points) for p in result.parcels] == [4, 4]
    assert result.parcels[1].corners[0].tolist() == [2358517.85, 568233.75]


def test_a_title_across_both_blocks_divides_the_table():
    def two(text):
        one, two, three, four = text.splitlines()
        return f"{one};{three}\n{two};{four}\n"

    title = ";".join(["Thửa 2"] * 8) + "\n"
    result = read(HEAD.strip() + ";" + HEAD + two(SQUARE) + title + two(OTHER))
    assert [(p.name, p.rows) for p in result.parcels] == [
        ("", (2, 3, 2, 3)),
        ("Thửa 2", (5, 6, 5, 6)),
    ]


def test_sides_on_rows_between_the_points_are_read():
    between = "".join(line[: -len("100,00")] + "\n;;;100,00\n" for line in SQUARE.splitlines())
    (parcel,) = read(HEAD + between + CLOSE).parcels
    assert parcel.stated_edges == (100, 100, 100, 100)


def test_a_side_that_cannot_be_read_is_asked_about():
    result = read(HEAD + SQUARE.replace("100,00\n2", "1OO,00\n2"))
    assert (
        "dòng 2, cột Chiều dài cạnh (m): chiều dài cạnh «1OO,00»" in only(result, "ask").message()
    )
    assert result.parcels[0].stated_edges[0] is None
