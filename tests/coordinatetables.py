"""Coordinate tables as text, for the tests of every part that reads them."""

from lib.importing.coordinates.reader import read_coordinate_table
from lib.importing.readers.grid import Grid

HEAD = "Số hiệu điểm;X (m);Y (m);Chiều dài cạnh (m)\n"
SQUARE = (
    "1;2.358.517,85;567.233,75;100,00\n"
    "2;2.358.617,85;567.233,75;100,00\n"
    "3;2.358.617,85;567.333,75;100,00\n"
    "4;2.358.517,85;567.333,75;100,00\n"
)
CLOSE = "1;2.358.517,85;567.233,75;\n"
CORNERS = [
    (2358517.85, 567233.75),
    (2358617.85, 567233.75),
    (2358617.85, 567333.75),
    (2358517.85, 567333.75),
]
OTHER = SQUARE.replace("567.", "568.")


def grid(text, first_row=1):
    lines = [line.split(";") for line in text.splitlines()]
    width = max(map(len, lines))
    return rows(*(line + [None] * (width - len(line)) for line in lines), first_row=first_row)


def rows(*cells, first_row=1):
    return Grid(
        "bang.xlsx", "", tuple(tuple(c if c != "" else None for c in r) for r in cells), first_row
    )


def read(text):
    return read_coordinate_table(grid(text))


def levels(result, level):
    return [f for f in result.findings if f.level == level]


def only(result, level):
    (one,) = levels(result, level)
    return one
