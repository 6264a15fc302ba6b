/* Pictures under the communes: tiles of this server. A part of the script of ground.js. */

const pictures = new Map();
let credits = null;

function addPictures() {
  pane("ph-pictures", 390);
  if (!config.credits.length && !config.pictures.length) return;
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => {
    credits = element("div", "ph-credits");
    return credits;
  };
  control.addTo(map);
}

/* What lies over a picture is not to hide it: land is printed on it, as ink on paper. */
function showPictures() {
  const on = wanted.pictures || {};
  for (const spec of config.pictures) {
    const opacity = on[spec.name];
    let layer = pictures.get(spec.name);
    if (opacity === undefined) {
      if (layer) layer.remove();
      continue;
    }
    if (!layer) {
      layer = L.tileLayer(spec.url, {
        pane: "ph-pictures", bounds: spec.bounds, noWrap: true,
        minZoom: spec.least, maxZoom: 24, maxNativeZoom: spec.most,
      });
      pictures.set(spec.name, layer);
    }
    layer.setOpacity(opacity);
    layer.addTo(map);
  }
  const shown = config.pictures.filter((spec) => on[spec.name] !== undefined);
  for (const { kind, pane: name } of config.layers) {
    if (kind === "polygon") map.getPane(name).style.mixBlendMode = shown.length ? "multiply" : "";
  }
  nameSources(shown.map((spec) => spec.source));
}

/* The licence of OpenStreetMap asks for its name wherever its data shows; others do as well. */
function nameSources(more) {
  if (!credits) return;
  credits.textContent = [...new Set([...config.credits, ...more])].join(" · ");
  credits.hidden = !credits.textContent;
}
