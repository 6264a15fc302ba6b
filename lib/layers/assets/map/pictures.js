/* Pictures under the communes: tiles of this server, or of the one address of the internet that
 * its settings name. A part of the script of ground.js. */

const SILENT_MS = 6000; // how long the internet may take before the map says so
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

/* A server of the internet may be slow, refuse, or answer half: the map says which. */
function watchOnline(layer) {
  const box = element("div", "ph-silent");
  box.setAttribute("role", "status");
  let timer = 0;
  let [come, missing] = [0, 0];
  const say = (text) => {
    box.textContent = text;
    document.body.dataset.phOnline = text ? "silent" : "ok";
  };
  const judge = () => {
    clearTimeout(timer);
    say(missing ? config.texts[come ? "online_half" : "online_silent"] : "");
  };
  layer.on("loading", () => {
    [come, missing] = [0, 0];
    clearTimeout(timer);
    timer = setTimeout(() => { if (!come) say(config.texts.online_silent); }, SILENT_MS);
  });
  layer.on("tileload", () => { come += 1; });
  layer.on("tileerror", () => { missing += 1; });
  layer.on("load", judge);
  layer.on("add", () => document.body.append(box));
  layer.on("remove", () => { clearTimeout(timer); say(""); box.remove(); });
}

/* A WMS is asked for the layers its address names; a file has one image instead of tiles. */
function tiles(spec) {
  if (spec.image) return L.imageOverlay(spec.image, spec.bounds, { pane: "ph-pictures" });
  const options = {
    pane: "ph-pictures", bounds: spec.bounds, noWrap: true,
    minZoom: spec.least, maxZoom: 24, maxNativeZoom: spec.most,
  };
  if (!spec.online) return L.tileLayer(spec.url, options);
  options.referrerPolicy = "no-referrer";
  if (spec.url.includes("{z}")) return L.tileLayer(spec.url, options);
  const url = new URL(spec.url);
  const named = [...url.searchParams].find(([key]) => key.toLowerCase() === "layers");
  url.searchParams.delete(named[0]);
  return L.tileLayer.wms(url.href, { ...options, layers: named[1], format: "image/png" });
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
      layer = tiles(spec);
      if (spec.online) watchOnline(layer);
      pictures.set(spec.name, layer);
    }
    layer.addTo(map);
    layer.setOpacity(opacity);
  }
  const shown = config.pictures.filter((spec) => on[spec.name] !== undefined);
  for (const { kind, pane: name } of config.layers) {
    if (kind === "polygon") map.getPane(name).style.mixBlendMode = shown.length ? "multiply" : "";
  }
  nameSources(shown.map((spec) => spec.source));
}

/* Layers a person laid over the others, the topmost first. */
function restack() {
  const raised = wanted.order || [];
  const names = config.layers.map((spec) => spec.id);
  const rest = names.filter((id) => !raised.includes(id));
  const top = raised.filter((id) => names.includes(id)).reverse();
  [...rest, ...top].forEach((id, i) => { map.getPane(`ph-${id}`).style.zIndex = 400 + 10 * i; });
}

/* The licence of OpenStreetMap asks for its name wherever its data shows; others do as well. */
function nameSources(more) {
  if (!credits) return;
  credits.textContent = [...new Set([...config.credits, ...more])].join(" · ");
  credits.hidden = !credits.textContent;
}
