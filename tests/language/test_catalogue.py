"""Every text in both languages, and exactly the texts the code asks for.

A key the code puts together (``f"pages.{name}"``) is a family: it is declared
in `families` with the names it is made of, so that a text nobody can reach, or
one that is missing for a single name, is found here and not on a page.
"""

import ast
import re
import string
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args, get_type_hints

from facttables import fact_tables

from lib.access import policy, roles, signins
from lib.crossing import summary, verdict
from lib.geo import country, sources
from lib.importing import draft, drawn
from lib.importing.fonts import convert
from lib.importing.ownlayers import compare
from lib.importing.sheets import headings
from lib.language import errors, findings
from lib.language.text import LANGS, catalog
from lib.layers import browser
from lib.layers.looks import symbols
from lib.layers.own import look, total
from lib.layers.registry import LAYERS
from lib.operate import status
from lib.places import names as merger
from lib.places import search
from lib.power import clean, indices, view
from lib.power.gaps import find, measures
from lib.register import (
    conclusions,
    delay,
    duties,
    eligibility,
    fillrate,
    filters,
    lawforms,
    playlist,
    report14,
    steps,
    todo,
)
from lib.reports import agenda, annex, atlas, lists
from lib.reports.cards import further
from lib.settings import province
from lib.store import audit
from lib.tables import collecting, schemas, symbology
from lib.tables.collecting import parts_of
from lib.tables.statements import rows, rule
from lib.ui.data import enter, entries
from lib.ui.power import listing

ROOT = Path(__file__).parents[2]
CODE = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "lib").rglob("*.py")]
STEMS = {key.partition(".")[0] for key in catalog()} | {path.stem for path in CODE}
KEY = re.compile(r"[a-z_]+\.(\w|\w[\w./-]*\w)")
FILES = re.compile(
    r".*\.(css|csv|geojson|gpkg|html|ico|ini|js|json|jsonl|kml|md|parquet|py|sqlite|svg|toml|typ|xlsx)"
)
TYPED_WITHOUT_ACCENTS = {"sidebar.commune_hint", "data.report_file", "powerpage.list_file"} | {
    *("mergerpage.file", "powerpage.totals_file", "powerpage.log_file", "lawform.file"),
    *("lists.clusters_file", "collectpage.file"),
}
"""What a visitor may type, and a name of a file: no accents, on purpose."""


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in CODE
    )


def constants(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


@cache
def written() -> dict[str, str]:
    """Return every key written out in the code, and where."""
    found = {}
    for file, tree in trees():
        pieces = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
        for node in ast.walk(tree):
            if id(node) in pieces:
                continue
            for value in constants(node):
                if KEY.fullmatch(value) and value.partition(".")[0] in STEMS:
                    found.setdefault(value, f"{file}:{node.lineno}")
    return {key: where for key, where in found.items() if not FILES.fullmatch(key)}


@cache
def put_together() -> dict[str, str]:
    """Return every key with holes, ``pages.{}``, and where it is put together."""
    found = {}
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                key = "".join("".join(constants(part)) or "{}" for part in node.values)
                if re.fullmatch(r"[a-z_]+\.[\w.{}-]*", key) and key.partition(".")[0] in STEMS:
                    found.setdefault(key, f"{file}:{node.lineno}")
    return {key: where for key, where in found.items() if not FILES.fullmatch(key)}


def called(name: str, folder: str) -> set[str]:
    """Return the first argument of every call of `name` below `folder`."""
    return {
        value
        for file, tree in trees()
        if file.startswith(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args
        if name in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
        for value in constants(node.args[0])
    }


def pages() -> set[str]:
    (tree,) = (tree for path, tree in trees() if path == "app.py")
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PAGES"
    )
    return set(ast.literal_eval(table))


def tables() -> set[str]:
    """Return the tables a snapshot can hold: facts, borders, background layers."""
    background = {"former_borders" if n == "former_units" else n for n in province().bundle}
    return set(schemas.ALL_TABLES) | background | {country.TABLE}


FILTERS = filters.FILTERS
QUALITIES = set(get_args(sources.BorderQuality))
COLUMNS = [
    (table, column) for table, model in schemas.ALL_TABLES.items() for column in model.columns
]
DUTIES = {key for key, *_ in (*duties.YEARLY, *duties.ONCE)}
FAMILIES: dict[str, set[str]] = {
    "agenda.{}": set(agenda.PAGES),
    "cards.group_{}": set(further.GROUPS),
    "crossing.lead_{}": {*summary.LEAD_STATES.values(), "by_area", "only"},
    "head.late_{}": set(get_args(get_type_hints(delay.Overdue)["by"])),
    "todo.{}": set(todo.KINDS),
    "todos.kind_{}": set(todo.KINDS),
    "fact.rule_{}": set(get_args(rule.Rule)) - {"none"},
    "outagelog.rule_{}": set(clean.RULES),
    "powerpage.total_{}": {level for level, _ in view.LEVELS},
    "audit.action_{}": {"prepare", "import", "fact", "restore", "restore-backup", audit.CHAINED}
    | signins.ACTIONS,
    "data.about_{}": set(draft.KINDS),
    "data.action_{}": {"prepare", "import"},
    "data.all_{}": {"gpkg", "xlsx", "geoparquet"},
    "data.finding_{}": {"level", "place", "text"},
    "data.how_{}": set(get_args(headings.How)),
    "data.level_{}": set(findings.LEVELS),
    "data.preview_{}": {"old", "new"},
    "data.step_{}": {"choose", "draw", "check", "publish"},
    "data.tab_{}": {"use", "todo", "collect", "enter", "import", "draw", "history"}
    | {"download", "log"},
    "enter.act_{}": set(entries.ACTS),
    "enter.as_{}": set(enter.WAYS),
    "enter.about_{}": set(entries.ACTS),
    "enter.waits_{}": set(get_args(rows.Kind)),
    "access.need_{}": {action.value for action in roles.Action},
    "access.role_{}": {*policy.ROLES, "none"},
    "status.borders_{}": {"official", "reference", "schematic"},
    "status.level_{}": set(get_args(status.Level)),
    "importing.means_{}": set(drawn.MEANS),
    "data.draw_{}": {"x", "y", "lat", "lon"},
    "importing.font_{}": set(get_args(convert.LegacyEncoding)),
    "about.{}": {"methods", "limits"},
    "about.{}_text": {"methods", "limits"},
    "about.table_{}": {*tables(), collecting.KIND},
    "collect.part_{}": {part.table for code in ("", collecting.POWER) for part in parts_of(code)},
    "about.licence_{}": tables(),
    "outlinecheck.{}": {"bad_parts", "bad_hole", "crosses_itself"},
    "crossing.{}": {
        "pieces_stand",
        "far_inside",
        "near_border",
        "thin_piece",
        "outside_province",
        "unknown_accuracy",
        "approximate_outline",
        "no_outline",
        "refused",
        "outline_no_id",
        "outline_twice",
        "outline_bad_accuracy",
        "outline_empty",
        "outline_not_polygon",
        "outline_not_finite",
        "outline_zero_area",
        "outline_invalid",
        "outline_crosses_itself",
        "outline_bad_hole",
    },
    "crossing.value.{}.{}": {
        f"{family}.{code}" for family, codes in filters.CROSSING.items() for code in codes
    },
    "crossing.value.evidence.{}": {"by_decision", "by_geometry", "both"},
    "crossing.value.verdict.{}": set(get_args(verdict.Verdict)),
    "crossing.value.lead_state.{}": {*summary.LEAD_STATES.values(), "undecided"},
    "crossing.value.lead_rule.{}": {
        "assigned",
        "proposed_assignment",
        "only_commune",
        "larger_area",
        "needs_decision",
    },
    "duties.{}": DUTIES,
    "duties.{}_source": {*DUTIES, "conclusion"},
    "eligibility.rule_{}": {rule.name for rule in eligibility.RULES},
    "eligibility.head_{}": {
        *("commune_code", "commune_name", "clusters", "fill_pct", "unleased_ha"),
        *("answer", "rule", "note"),
    },
    "eligibility.answer_{}": set(eligibility.ANSWERS),
    "steps.{}": {*steps.STEPS, steps.UNKNOWN},
    "lawform.row_{}": {row.tt.replace(".", "_") for row in report14.ROWS},
    "lawform.unit_{}": {row.unit for row in report14.ROWS if row.unit}
    | {line.unit for lines in lawforms.LINES.values() for line in lines},
    "lawform.head_{}": {"tt", "indicator", "unit", "value", "note", "result"},
    "lawform.form{}": {f"{f}_{line.tt}" for f, lines in lawforms.LINES.items() for line in lines},
    "lawform.title_form{}": set(lawforms.LINES),
    "lawform.sender_{}": {*lawforms.LINES, "03", "04"},
    "lawform.receiver_{}": {*lawforms.LINES, "03", "04"},
    "lawform.{}": {"firm", "trade", "fill_01", "fill_02", "fill_in"},
    "duties.{}_short": DUTIES | {"conclusion"},
    "duties.head_{}": {"date", "days", "what", "missing", "source"},
    "progress.head_{}": {
        *("no", "cluster", "step", "milestones", "delay", "obstacles", "clearance", "water"),
    },
    "progress.firm_{}": {
        *("no", "firm", "cluster", "area", "handover", "schedule", "extension", "late"),
        "document",
    },
    "clusterreport.{}": {
        *("investor", "communes", "area", "progress", "obstacle", "effect", "next", "agency"),
        *("projects", "cause"),
    },
    "clusterreport.head_{}": {
        *("no", "cluster", "communes", "area", "investor", "step", "operation"),
    },
    "progress.clearance_{}": {
        *("households", "lots", "counted", "cleared", "handed_over", "paid", "resettlement"),
    },
    "progress.fill_{}": set(fillrate.KINDS),
    "conclusions.{}": {"today", "left", "past"},
    "conclusions.state_{}": set(conclusions.STATES),
    "delay.{}": set(get_args(delay.State)) - {"undetermined"},
    "powerpage.side_{}": set(find.WANTED),
    "powerpage.sentence_{}": set(find.WANTED),
    "powerpage.class_edge_{}": set(find.WANTED),
    "powerpage.class_listed_{}": set(find.WANTED),
    "powerpage.head_{}": {*listing.IN_LIST, *listing.OF_LOG},
    "delay.value.{}": set(delay.DELAYS),
    "delay.short_{}": {
        *("past_extension", "extended", "on_schedule", "before_handover"),
        *("past_decision", "within_decision"),
    },
    "lists.{}": set(lists.DECIMALS),
    "filters.{}": {item.key for item in FILTERS},
    "followup.{}": {"agency", "overdue", "open", "proposed", "next"},
    "followup.show_{}": {"open", "done", "all"},
    "frame.borders_{}": QUALITIES,
    "ownlayers.row_{}": set(get_args(compare.Kind)),
    "ownpage.ask_{}": {"split", "several", "similar", "unknown"},
    "ownpage.by_{}": set(total.AREAS),
    "ownpage.change_{}": {*get_args(compare.Kind), "before", "after"},
    "ownpage.choice_{}": {*symbology.COLOURS, *symbology.SHAPES},
    "ownpage.choose_{}": {"colour", "shape", "decimals"},
    "ownpage.look_{}": {*get_args(look.Kind), "signs_alone"},
    "ownpage.no_{}": {"place", "value"},
    "ownpage.part_{}": {"rows", "sums", "two", "list"},
    "ownpage.tab_{}": {"see", "bring"},
    "frame.language_{}": set(LANGS),
    "ground.{}": {"lines", "pictures"},
    "paste.{}": {"north", "east", "lat", "lon"},
    "map.{}": {
        "home",
        "home_country",
        "zoomIn",
        "zoomOut",
        "broken",
        "map",
        "keys",
        "province",
        "before",
        "after",
        "slide",
        "wheel",
        "fingers",
        "online_silent",
        "online_half",
        *browser.MEASURING,
        *browser.DRAWING,
    },
    "country.kind_{}": {"commune", "ward", "special_zone"},
    "mergerpage.era_{}": {"before", "both", "after"},
    "mergerpage.note_{}": {"before", "before_none", "both", "both_none", "after"},
    "merger.{}": set(get_args(merger.Status)),
    "clustergrid.relation_{}": {"same_commune", "same_district", "nearest"},
    "gaps.column_{}": {
        *("code", "commune", "province", "side", "measure", "value", "unit", "threshold"),
        *("state", "detail", "source", "as_of", "sample"),
    },
    "gaps.join_{}": set(get_args(find.Match)),
    "gaps.measure_{}": set(measures.MEASURES),
    "powerpage.choice_{}": set(measures.MEASURES),
    "gaps.short_{}": set(measures.MEASURES),
    "gaps.side_{}": set(get_args(measures.Side)),
    "gaps.unit_{}": set(measures.MEASURES),
    "layers.voltage_{}": {style.key for style in symbols.POWER_LINES},
    "powerpage.event_{}": {"start", "duration", "kind", "cause", "customers"},
    "powerpage.match_{}": set(get_args(find.Match)),
    "powerpage.outages_{}": set(get_args(indices.Kind)),
    "powerpage.part_{}": {"list", "grid", "published", "ask", "log"},
    "powerpage.published_{}": {"area", "what", "scope", "figure", "period", "source"},
    "powerpage.{}": {"from", "to"},
    "present.list_{}": set(playlist.PLAYLISTS),
    "prepare.used_{}": QUALITIES,
    "geometry.{}": {"gap", "overlap"},
    "reports.{}": set(atlas.WORDS),
    "reports.annex_{}": set(annex.HEAD),
    "reports.read_{}": set(atlas.READ),
    "schemas.value.change.{}": set(get_args(merger.Change)),
    "schemas.value.{}.{}": {
        f"{name}.{code}" for name, codes in schemas.CODES.items() for code in codes
    },
    "shares.{}": {"commune", "area", "range", "share", "stands"},
}
"""Template -> what fills it; every member has a text."""


@cache
def families() -> dict[str, set[str]]:
    """Return `FAMILIES` and those whose members are read from the code and the facts."""
    figures = called("Figure", "pages/") | called("Figure", "lib/ui/")
    return FAMILIES | {
        "pages.{}": pages(),
        "pages.figure_{}": figures | set(get_args(merger.Change)),
        "pages.{}_help": pages(),
        "sidebar.hit_{}": {hit.kind for _, hit in search.build_index(fact_tables())}
        | {"zone", search.OWN},
        "sources.file_{}": called("refused", "lib/geo/sources.py"),
    }


HEADINGS: dict[str, set[str]] = {
    "schemas.{}.{}": {f"{table}.{column}" for table, column in COLUMNS},
    "schemas.column.{}": {column for _, column in COLUMNS},
}
"""Families of which a column needs one member: its own heading or the common one."""


ZONES = {zone.words for zone in province().crs.zones}


def members(families: dict[str, set[str]]) -> set[str]:
    return {
        template.replace("{}.{}", "{}").replace("{}", name)
        for template, names in families.items()
        for name in names
    }


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_families_are_those_the_code_puts_together():
    made = put_together()
    known = {*families(), *HEADINGS}
    unknown = {key: where for key, where in made.items() if key not in known}
    assert not unknown, unknown
    assert known <= set(made)


def test_every_member_of_a_family_has_a_text():
    for template, names in families().items():
        assert names, template
        assert members({template: names}) <= set(catalog()), template


def test_every_key_written_in_the_code_has_a_text():
    lost = {key: where for key, where in written().items() if key not in catalog()}
    assert not lost, lost


def test_every_key_kept_in_a_table_has_a_text():
    kept = {key for item in FILTERS for key in (item.label, item.sentence)}
    kept |= {layer.title for layer in LAYERS.values()}
    kept |= ZONES
    kept |= {style.label for layer in LAYERS.values() for style in layer.styles if style.label}
    assert kept <= set(catalog()), sorted(kept - set(catalog()))


def test_no_text_is_out_of_reach():
    unused = set(catalog()) - set(written()) - members(families()) - members(HEADINGS) - ZONES
    assert not unused, sorted(unused)


def test_a_text_has_two_languages_with_the_same_holes():
    for key, twins in catalog().items():
        assert set(twins) == set(LANGS), key
        assert holes(twins["vi"]) == holes(twins["en"]), key
        assert all(name.isidentifier() for name in holes(twins["vi"])), key


def test_a_text_is_clean():
    for key, twins in catalog().items():
        for text in twins.values():
            assert text.strip(), key
            assert text == unicodedata.normalize("NFC", text), key
            assert "!" not in text, f"{key}: no exclamation marks"
            assert not re.search(r"[^\S\n ]|  ", text.replace("\u00a0", " ")), f"{key}: spaces"
            assert not re.search(r"\w [.,](?![a-z])", text), f"{key}: a space before a stop"


def test_the_vietnamese_is_vietnamese():
    plain = {
        key
        for key, twins in catalog().items()
        if twins["vi"].isascii() and sum(c.isalpha() for c in twins["vi"]) > 12
    }
    assert plain == TYPED_WITHOUT_ACCENTS


ASKS = {"t", "tr", "tr_html"} | {
    name for name, kind in vars(errors).items() if isinstance(kind, type)
}


def asked() -> Iterator[tuple[str, str, set[str]]]:
    """Yield where, key and names of values of each call that gives them all by name."""
    for file, tree in trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = {k.arg for k in node.keywords}
            if name == "SourceNote" and isinstance(node.args[-1], ast.Dict):
                given = {v for k in node.args[-1].keys if k for v in constants(k)}
            elif name not in ASKS or None in given:
                continue
            for key in constants(node.args[0]):
                yield f"{file}:{node.lineno}", key, given


def test_every_call_gives_the_values_its_text_has_holes_for():
    calls = list(asked())
    assert len(calls) > 100
    wrong = [
        (where, key, given)
        for where, key, given in calls
        if key in catalog() and holes(catalog()[key]["vi"]) != given
    ]
    assert not wrong


def test_no_hole_has_a_name_the_functions_keep_for_themselves():
    taken = {"key", "lang", "self"}
    assert not [key for key, twins in catalog().items() if holes(twins["vi"]) & taken]
