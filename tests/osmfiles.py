"""Small files as OpenStreetMap gives them out, made in code: .osm.pbf and .osm of the same things.

A PBF is a row of blobs of Protocol Buffers; these few fields are all a reader asks for
(https://wiki.openstreetmap.org/wiki/PBF_Format). Plain nodes and ways, nothing packed.
"""

import struct
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

_VARINT, _BYTES = 0, 2


@dataclass
class Osm:
    """Nodes, ways and what they say; the order of `nodes` gives their numbers, from 1."""

    nodes: list = field(default_factory=list)
    ways: list = field(default_factory=list)

    def point(self, lon, lat, **tags):
        self.nodes.append((lon, lat, tags))
        return len(self.nodes)

    def way(self, corners, **tags):
        """Add a way through corners; a first corner met again closes it."""
        refs = {corner: self.point(*corner) for corner in dict.fromkeys(corners)}
        self.ways.append(([refs[corner] for corner in corners], tags))

    def write_pbf(self, path: Path, *, seconds=1_764_460_800):
        """Write all as one block; `seconds` since 1970: the day the data is of."""
        path.write_bytes(_header(seconds) + _blob(b"OSMData", self._block()))
        return path

    def write_xml(self, path: Path, *, day="2025-11-30T00:00:00Z", remark=""):
        path.write_text(self.xml(day=day, remark=remark), encoding="utf-8")
        return path

    def xml(self, *, day="2025-11-30T00:00:00Z", remark=""):
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="test">']
        lines.append(f'<meta osm_base="{day}"/>')
        for number, (lon, lat, tags) in enumerate(self.nodes, 1):
            lines.append(f'<node id="{number}" lat="{lat}" lon="{lon}">{_tags(tags)}</node>')
        for number, (refs, tags) in enumerate(self.ways, 1):
            met = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            lines.append(f'<way id="{number}">{met}{_tags(tags)}</way>')
        if remark:
            lines.append(f"<remark>{remark}</remark>")
        return "\n".join([*lines, "</osm>", ""])

    def _block(self):
        words = [b""]
        nodes = b"".join(
            _part(
                1,
                _number(1, _zigzag(number))
                + _keys(words, tags)
                + _number(8, _zigzag(round(lat * 1e7)))
                + _number(9, _zigzag(round(lon * 1e7))),
            )
            for number, (lon, lat, tags) in enumerate(self.nodes, 1)
        )
        ways = b""
        for number, (refs, tags) in enumerate(self.ways, 1):
            steps = [now - before for before, now in zip([0, *refs], refs, strict=False)]
            packed = b"".join(_varint(_zigzag(step)) for step in steps)
            ways += _part(3, _number(1, number) + _keys(words, tags) + _part(8, packed))
        groups = _part(2, nodes) + (_part(2, ways) if ways else b"")
        return _part(1, b"".join(_part(1, word) for word in words)) + groups


def _tags(tags):
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def _keys(words, tags):
    def place(word):
        if word.encode() not in words:
            words.append(word.encode())
        return _varint(words.index(word.encode()))

    keys, values = (b"".join(map(place, side)) for side in (tags.keys(), tags.values()))
    return _part(2, keys) + _part(3, values) if tags else b""


def _header(seconds):
    features = _part(4, b"OsmSchema-V0.6") + _number(32, seconds)
    return _blob(b"OSMHeader", features)


def _blob(kind, content):
    blob = _part(1, content)
    head = _part(1, kind) + _number(3, len(blob))
    return struct.pack(">I", len(head)) + head + blob


def _part(number, content):
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _number(number, value):
    return _varint(number << 3 | _VARINT) + _varint(value)


def _zigzag(value):
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(value):
    made = bytearray()
    while value >= 128:
        made.append(value & 127 | 128)
        value >>= 7
    made.append(value)
    return bytes(made)


def small_ground():
    """Return one of each: a town, roads of two grades, railway, river, lake, and a house."""
    osm = Osm()
    osm.point(105.4, 21.3, place="town", name="Việt Trì")
    osm.point(105.41, 21.31, amenity="bank", name="Ngân hàng")
    osm.way([(105.3, 21.2), (105.4, 21.3), (105.6, 21.35)], highway="trunk", ref="QL.2")
    osm.way([(105.3, 21.2), (105.31, 21.25)], highway="residential", name="Phố Mới")
    osm.way([(105.3, 21.2), (105.31, 21.26)], highway="footway")
    osm.way([(105.3, 21.25), (105.4, 21.35)], railway="rail", name="Hà Nội - Lào Cai")
    osm.way([(105.2, 21.25), (105.4, 21.37)], waterway="river", name="Sông Hồng")
    lake = [(105.3, 21.2), (105.31, 21.2), (105.31, 21.21), (105.3, 21.2)]
    osm.way(lake, natural="water", **{"name": "Lake", "name:vi": "Hồ Đầm Vạc"})
    return osm
