/* The browser's half of lib/ui/maps/view.py.
 *
 * mount() runs once: it fetches each layer file and builds Leaflet layers.
 * show() runs on every rerun: it gets one character a feature (its style class,
 * "." for hidden) and changes only what differs. Every text that comes from
 * data is put in the page with textContent, never as HTML.
 *
 * lib/layers/web.py puts one function around its parts, so that they share what is known: this
 * one draws, look.js says where the map looks and which names fit, tool.js hands the clicks to
 * measure.js or draw.js, hand.js takes keys and buttons and starts it all.
 */

const HIDDEN = ".";
// A class is the place of its sign: the same signs as in lib/layers/looks/layer.py.
const SIGNS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DEPTHS = { LineString: 0, Polygon: 1, MultiLineString: 1, MultiPolygon: 2 };
const SLIDER_PX = 44; // the width of the slider's thumb in map.css
const NAMED_ZOOM = 10; // from here on every name that fits
const APART_PX = 5; // room around a name for each level of zoom below that
const HITS_MS = 5000; // how long Enter waits for the hits of what was typed
const PHONE_PX = 640; // as wide as in app.css
const PRESENT_GROWN = 1.45; // names while presenting, as in map.css
const PAPER_PX = [640, 430]; // the map on paper, as in app.css
const MARK_ZOOM = [11.5, 13]; // how close a mark is looked at, at least and at most
const SVG = "http://www.w3.org/2000/svg";
const SHAPE_LABEL = { id: "shapes", label: { rank: 0, offset: 0 } };
const layers = new Map();
const asked = new Set();
const told = new Map();
let map = null;
let config = null;
let wanted = null;
let focusDone = null;
let clicked = null;
let moved = false;
let clicks = 0;
let turns = 0;
let selection = [];
let drawings = [];
let drawn = "";
let labelPane = null;
let byHand = false;
let cross = null;
let crossed = null;
let spoken = null;
let curtain = null;
const leftItems = new Map();
const shapeOf = new WeakMap();
const views = new Set();

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function svgNode(tag, attributes, parent) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (parent) parent.appendChild(node);
  return node;
}

/* ---- what a class looks like ------------------------------------------ */

function addHatches(hatches) {
  const svg = svgNode("svg", { width: 0, height: 0, style: "position:absolute" }, document.body);
  const defs = svgNode("defs", {}, svg);
  for (const hatch of hatches) {
    const pattern = svgNode("pattern", {
      id: hatch.id, width: 7, height: 7, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    }, defs);
    svgNode("rect", { width: 7, height: 7, fill: hatch.ground }, pattern);
    svgNode("line", { x1: 0, y1: 0, x2: 0, y2: 7, stroke: hatch.line, "stroke-width": 2 }, pattern);
  }
}

function icon(style) {
  const size = style.size;
  const svg = svgNode("svg", { width: size, height: size, viewBox: "0 0 24 24" });
  for (const part of style.parts) svgNode("path", part, svg);
  return L.divIcon({ html: svg, className: "ph-icon", iconSize: [size, size] });
}

function tooltip(properties, note) {
  const box = element("div", "ph-tip");
  box.appendChild(element("div", "ph-tip-name", properties.name));
  if (note) box.appendChild(element("div", "ph-tip-note", note));
  for (const line of properties[config.lang] || []) {
    box.appendChild(element("div", "ph-tip-line", line));
  }
  return box;
}

/* ---- layers ------------------------------------------------------------ */

function pane(name, zIndex) {
  const found = map.getPane(name) || map.createPane(name);
  found.style.zIndex = zIndex;
  return name;
}

/* What this page says of one feature, beside what its file says. */
function noteOf(spec, place) {
  const said = wanted && wanted.notes && wanted.notes[spec.id];
  const note = said && said.url ? told.get(said.url) : said;
  return note ? `${note.label}: ${note.values[place]}` : "";
}

/* Notes that no filter changes lie in a file of their own, fetched once. */
async function fetchNotes(url) {
  asked.add(url);
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  told.set(url, await answer.json());
}

function build(spec, feature, place) {
  const options = { pane: spec.pane, interactive: spec.interactive, smoothFactor: 1 };
  if (spec.renderer) options.renderer = spec.renderer;
  let shape;
  if (spec.kind === "point" && spec.canvas) {
    const [lng, lat] = feature.geometry.coordinates;
    shape = L.circleMarker([lat, lng], options);
  } else if (spec.kind === "point") {
    const [lng, lat] = feature.geometry.coordinates;
    shape = L.marker([lat, lng], { ...options, keyboard: false, icon: icon(spec.styles[0]) });
  } else {
    shape = L.GeoJSON.geometryToLayer(feature, options);
  }
  const item = { shape, style: HIDDEN, properties: feature.properties };
  if (spec.interactive) {
    const tip = () => tooltip(feature.properties, noteOf(spec, place));
    shape.bindTooltip(tip, { sticky: true, className: "ph-tooltip" });
    shape.on("add", () => {
      const node = shape.getElement();
      if (node) shapeOf.set(node, shape); // what a canvas draws has no element of its own
    });
    shape.on("click", (event) => {
      if (event.originalEvent) L.DomEvent.stopPropagation(event);
      report(spec.id, feature.properties.code);
    });
  }
  return item;
}

async function load(spec) {
  const answer = await fetch(spec.url);
  if (!answer.ok) throw new Error(`${spec.id}: ${answer.status}`);
  const data = await answer.json();
  const items = data.features.map((feature, place) => build(spec, feature, place));
  layers.set(spec.id, { spec, items, features: data.features });
  apply();
  refine();
}

/* Who looks closely sees finer lines: each part is fetched once, when it is in view. */
function refine() {
  for (const { spec, items } of layers.values()) {
    if (!spec.details || map.getZoom() < spec.detailZoom) continue;
    for (const part of spec.details) {
      if (asked.has(part.url) || !map.getBounds().intersects(part.bounds)) continue;
      asked.add(part.url);
      fetchPart(part, items).catch(complain);
    }
  }
}

async function fetchPart(part, items) {
  const answer = await fetch(part.url);
  if (!answer.ok) throw new Error(`${part.url}: ${answer.status}`);
  (await answer.json()).forEach((geometry, i) => {
    const depth = DEPTHS[geometry.type];
    items[part.first + i].shape.setLatLngs(
      L.GeoJSON.coordsToLatLngs(geometry.coordinates, depth),
    );
  });
  highlight();
  document.body.dataset.phFine = String(Number(document.body.dataset.phFine || 0) + 1);
}

function restyle(spec, item, style) {
  if (item.style === style) return;
  if (style === HIDDEN) {
    item.shape.remove();
  } else {
    const look = spec.styles[SIGNS.indexOf(style)];
    if (spec.kind === "point" && !spec.canvas) item.shape.setIcon(icon(look));
    else item.shape.setStyle(look);
    if (item.style === HIDDEN) item.shape.addTo(map);
  }
  item.style = style;
}

/* A heavy line is not to be half hidden under the neighbours, whichever was drawn first. */
function raise(spec, item) {
  if (item.style === HIDDEN || !item.shape.bringToFront) return;
  if (spec.styles[SIGNS.indexOf(item.style)].front) item.shape.bringToFront();
}

function isDrawn(spec) {
  if (map.getZoom() < (spec.minZoom || 0)) return false;
  return [...(wanted.layers[spec.id] || "")].some((style) => style !== HIDDEN);
}

/* A layer is fetched when it is first to be seen, never before; lasting notes with them. */
function fetchDrawn() {
  for (const spec of config.layers) {
    if (asked.has(spec.id) || !isDrawn(spec)) continue;
    asked.add(spec.id);
    load(spec).catch(complain);
  }
  for (const { url } of Object.values(wanted.notes || {})) {
    if (url && !asked.has(url)) fetchNotes(url).catch(complain);
  }
}

function apply() {
  if (!wanted) return;
  document.body.classList.toggle("ph-present", Boolean(wanted.present));
  fetchDrawn();
  for (const { spec, items } of layers.values()) {
    const styles = wanted.layers[spec.id] || "";
    items.forEach((item, i) => restyle(spec, item, styles[i] || HIDDEN));
    items.forEach((item) => raise(spec, item));
  }
  if (window.PhuThoScroll) PhuThoScroll.settle();
  restack();
  drawLeft();
  showPictures();
  draw();
  edit(wanted.edit);
  highlight();
  if (!look()) focus();
  drawLabels();
  const whole = config.layers.filter((spec) => layers.has(spec.id) || !isDrawn(spec));
  document.body.dataset.phLayers = String(whole.length);
  document.body.dataset.phTurns = String(turns);
  if (whole.length === config.layers.length) fetchGlances().catch(console.warn);
}

/* ---- two answers under a slider: one left of the line, the other right of it -------------- */

function drawLeft() {
  const given = wanted.left || {};
  for (const id of Object.keys(given)) {
    const layer = layers.get(id);
    if (!layer || leftItems.has(id)) continue;
    const above = Number(map.getPane(layer.spec.pane).style.zIndex) + 1;
    const spec = { ...layer.spec, pane: pane(`ph-left-${id}`, above) };
    leftItems.set(id, layer.features.map((feature, place) => build(spec, feature, place)));
  }
  for (const [id, items] of leftItems) {
    const styles = given[id] || "";
    const { spec } = layers.get(id);
    items.forEach((item, i) => restyle(spec, item, styles[i] || HIDDEN));
  }
  curtain.hidden = !wanted.left;
  clip();
}

/* How far from the left the line of the slider stands. */
function lineAt() {
  const slider = curtain.lastChild;
  const share = slider.value / slider.max;
  return map.getSize().x * share + (0.5 - share) * SLIDER_PX;
}

function clip() {
  const size = map.getSize();
  const at = lineAt();
  const { x: west, y: north } = map.containerPointToLayerPoint([0, 0]);
  const { x: east, y: south } = map.containerPointToLayerPoint(size);
  const box = (from, to) => `rect(${north}px, ${to}px, ${south}px, ${from}px)`;
  const sides = {
    left: box(west, west + at), right: box(west + at, east), both: "",
  };
  for (const { id, pane: name } of config.layers) {
    const alone = (wanted.leftOnly || []).includes(id);
    const own = wanted.left && wanted.left[id] ? "right" : alone ? "left" : "both";
    map.getPane(name).style.clip = sides[curtain.hidden ? "both" : own];
    const twin = map.getPane(`ph-left-${id}`);
    if (twin) twin.style.clip = sides.left;
  }
  curtain.style.setProperty("--at", `${at}px`);
}

function addCurtain() {
  curtain = element("div", "ph-curtain");
  curtain.hidden = true;
  curtain.append(
    element("div", "ph-curtain-line"),
    element("span", "ph-curtain-left", config.texts.before),
    element("span", "ph-curtain-right", config.texts.after),
  );
  const slider = element("input", "ph-curtain-slider");
  Object.assign(slider, { type: "range", min: 0, max: 1000, value: 500 });
  slider.setAttribute("aria-label", config.texts.slide);
  slider.addEventListener("input", () => { clip(); drawLabels(); });
  curtain.append(slider);
  document.body.append(curtain);
  map.on("move zoom resize", () => { if (wanted && !curtain.hidden) clip(); });
}

/* A few shapes that change with every answer: the pieces of the chosen cluster. */
function draw() {
  const shapes = wanted.shapes || [];
  const now = JSON.stringify(shapes);
  if (now === drawn) return;
  drawn = now;
  drawings.forEach((shape) => shape.remove());
  drawings = shapes.map((spec) => {
    const shape = L.GeoJSON.geometryToLayer(
      { type: "Feature", properties: {}, geometry: spec.geometry },
      { pane: "ph-shapes", interactive: Boolean(spec.name), smoothFactor: 0.5 },
    );
    shape.setStyle(spec.look);
    if (spec.name) shape.bindTooltip(() => tooltip(spec), { sticky: true, className: "ph-tooltip" });
    return shape.addTo(map);
  });
  document.body.dataset.phShapes = String(drawings.length);
}
