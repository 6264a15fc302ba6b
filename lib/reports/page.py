"""The map in one file that opens by a double click, without internet and without a server.

Leaflet and the screen's own map script are written into it. Names from data are
JSON in an inert element, escaped so that no text can end it, and reach the page
as text, as does the card of what is selected; a content security policy lets
only the scripts written here run and lets nothing be fetched from anywhere.
"""

import base64
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup
from xstatic.pkg import leaflet

from lib.language.text import Lang, t
from lib.layers import browser
from lib.layers.files import by_layer, finest
from lib.layers.looks.symbols import swatch
from lib.layers.registry import LAYERS, in_order
from lib.layers.web import ASSETS, map_script, style_sheet
from lib.reports.cards.clusters import card_of
from lib.reports.cards.markup import card_html
from lib.reports.cards.material import Material
from lib.reports.drawing.view import View, bounds_of, classes, of_cluster, shapes

_OWN: Final = Path(__file__).parent / "assets"
_TEXTS: Final = ("broken", "map", "zoomIn", "zoomOut")
_ESCAPES: Final = {
    ord("<"): "\\u003c",
    ord(">"): "\\u003e",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def page(material: Material, view: View) -> bytes:
    """Return the map of `view` as one HTML file, UTF-8.

    Parameters
    ----------
    view : View
        What is shown; its layers can be switched on and off.
    """
    lang = material.lang
    view, _ = of_cluster(material, view)
    vendor = Path(leaflet.BASE_DIR)
    styles = [vendor / "leaflet.css", ASSETS / "map.css", _OWN / "page.css"]
    own = (_OWN / "page.js").read_text(encoding="utf-8")
    code = [(vendor / "leaflet.js").read_text(encoding="utf-8"), map_script(), own]
    warning = Markup("").join(
        Markup('<p class="ph-warning">{}</p>').format(said) for said in material.warnings
    )
    template = Markup((_OWN / "page.html").read_text(encoding="utf-8"))  # noqa: S704 - our own
    html = template.format(
        lang=lang,
        policy=_policy(code),
        title=view.title,
        styles=_own("\n".join(_style(path) for path in styles)),
        sentence=view.sentence,
        warning=warning,
        card=Markup("") if view.target is None else card_html(card_of(material, view.target, lang)),
        legend=t("reports.layers", lang),
        no_script=t("reports.no_script", lang),
        foot=material.foot("clusters", "former_units", "assignments"),
        data=_own(escaped(_data(material, view))),
        scripts=_own("\n".join(f"<script>{text}</script>" for text in code)),
    )
    return str(html).encode()


def escaped(value: object) -> str:
    """Return `value` as JSON that no text in it can lead out of a script element."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).translate(_ESCAPES)


def _own(text: str) -> Markup:
    """Return what this package wrote itself, or what it has already escaped."""
    return Markup(text)  # noqa: S704 - never a text from data


def _policy(scripts: list[str]) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data:; connect-src blob:; base-uri 'none'; form-action 'none'"
    )


def _style(path: Path) -> str:
    """Return a style sheet without what it would fetch: pictures of controls not used here."""
    lines = style_sheet(path).splitlines()
    return "\n".join(line for line in lines if "url(" not in line)


def _data(material: Material, view: View) -> dict[str, Any]:
    lang = material.lang
    used, chosen = classes(material, view), shapes(material, view)
    files = [file for file in material.files if file.layer_id in used]
    # The page's script gives each layer the address of its own blob instead of a path.
    one_level = [replace(file, details=()) for file in material.files]
    config = browser.configuration(one_level, lang, _TEXTS, address=str)
    config["layers"] = [layer for layer in config["layers"] if layer["id"] in used]
    bounds = bounds_of(view, chosen)
    pictures = _pictures(material, bounds or file_bounds(material))
    config["pictures"] = pictures
    return {
        "config": config,
        "layers": {file.layer_id: finest(material.static, file) for file in files},
        "state": {file.layer_id: file.draw(view.styles[file.layer_id]) for file in files},
        "shapes": [shape.drawing(lang) for shape in chosen],
        "notes": {name: note for name, note in view.notes.items() if name in used},
        "bounds": bounds and browser.corners(bounds),
        "order": list(material.order),
        "pictures": {one["name"]: one["opacity"] for one in pictures},
        "legend": [
            *(
                _legend(layer_id, used[layer_id], view, lang)
                for layer_id in reversed(in_order(used, material.order))
            ),
            *({"id": one["name"], "title": one["source"], "classes": []} for one in pictures),
        ],
    }


def file_bounds(material: Material) -> browser.Bounds:
    """Return the bounds of the province as it is drawn, degrees."""
    return by_layer(material.files)["communes"].bounds


def _pictures(material: Material, bounds: browser.Bounds) -> list[dict[str, Any]]:
    """Return the pictures of the ground as one image each, over what the map shows first."""
    made = []
    for picture in material.under:
        if address := picture.on_web(bounds):
            known = {"name": picture.ground.name, "source": picture.ground.source}
            told = {"image": address, "bounds": browser.corners(bounds)}
            made.append(known | told | {"opacity": picture.opacity})
    return made


def _legend(layer_id: str, keys: list[str], view: View, lang: Lang) -> dict[str, Any]:
    layer = LAYERS[layer_id]
    words = {
        s.key: view.words.get(s.key) or (t(s.label, lang) if s.label else "") for s in layer.styles
    }
    shown = [style for style in layer.styles if style.key in keys and words[style.key]]
    return {
        "id": layer_id,
        "title": t(layer.title, lang),
        "classes": [
            {"text": words[style.key], "picture": _picture(swatch(style, layer.kind))}
            for style in shown
        ],
    }


def _picture(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
