/* Where the map looks, what is chosen on it, which names fit. A part of the script of ground.js. */

function find(target) {
  if (!target) return null;
  const layer = layers.get(target.layer);
  return layer ? layer.items.find((item) => item.properties.code === target.code) : null;
}

function highlight() {
  selection.forEach((shape) => shape.remove());
  selection = [];
  const item = find(wanted.selected);
  if (!item || item.style === HIDDEN) return;
  const ring = { pane: "ph-selected", interactive: false, fill: false };
  for (const [color, weight] of [["#FFFFFF", 7], ["#111111", 3.5]]) {
    const options = { ...ring, color, weight };
    const shape = item.shape.getLatLngs
      ? L.polygon(item.shape.getLatLngs(), options)
      : L.circleMarker(item.shape.getLatLng(), { ...options, radius: 15 });
    selection.push(shape.addTo(map));
  }
}

/* ---- where the map looks ------------------------------------------------ */

/* The address of the page holds the view a person chose, so that a link brings it back. */
function writeView(view) {
  const page = new URL(window.parent.location.href);
  if ((page.searchParams.get("view") || "") === view) return;
  if (view) page.searchParams.set("view", view);
  else page.searchParams.delete("view");
  window.parent.history.replaceState(window.parent.history.state, "", page);
}

function rememberView() {
  if (!byHand) return;
  const { lat, lng } = map.getCenter();
  const view = [map.getZoom().toFixed(1), lat.toFixed(4), lng.toFixed(4)].join(",");
  views.add(view);
  writeView(view);
}

/* Go where the address says, once; what this map wrote there itself is no order. */
function look() {
  const view = wanted.view;
  if (!view || views.has(view)) return false;
  views.add(view);
  const [zoom, lat, lng] = view.split(",").map(Number);
  // A link of the whole country means nothing on a map of the province.
  if (!L.latLngBounds(config.maxBounds).contains([lat, lng])) return false;
  moved = true;
  focusDone = wanted.focus ? `${wanted.focus.layer}:${wanted.focus.code}` : "";
  map.setView([lat, lng], zoom, { animate: false });
  return true;
}

function home(animate) {
  // Not setMinZoom(): it may start an animated zoom, and Leaflet drops the next view meanwhile.
  map.options.minZoom = 0;
  map.options.minZoom = map.getBoundsZoom(config.bounds) - 0.2;
  map.fire("zoomlevelschange");
  map.fitBounds(config.bounds, { animate, padding: [6, 6] });
}

/* The communes a selection is about, and its mark; the province where nobody names a commune. */
function areaAround(item) {
  const { around } = wanted;
  if (!around) return null;
  if (around === "home") return config.province || config.bounds;
  const communes = layers.get("communes");
  if (!communes) return null;
  const area = L.latLngBounds([]);
  for (const { shape, properties } of communes.items) {
    if (around.includes(properties.code)) area.extend(shape.getBounds());
  }
  if (item && item.shape.getLatLng) area.extend(item.shape.getLatLng());
  return area.isValid() ? area : null;
}

function focus() {
  const target = wanted.focus;
  const name = target ? `${target.layer}:${target.code}` : "";
  const bounds = wanted.bounds;
  if (name === focusDone) return;
  const here = name === clicked;
  clicked = null; // who comes back to it by another way is led to it
  if (!name || (here && !bounds)) {
    focusDone = name;
    return;
  }
  const item = find(target);
  const area = bounds || areaAround(item);
  if (!item && !area) return;
  byHand = false;
  writeView("");
  uncover();
  // The first view must stand still: the frame is still finding its size.
  const animate = focusDone !== null;
  focusDone = name;
  moved = true;
  if (area) {
    map.fitBounds(area, { padding: [30, 30], maxZoom: bounds ? 17 : 13, animate });
  } else if (item.shape.getBounds) {
    map.fitBounds(item.shape.getBounds(), { padding: [40, 40], maxZoom: 14, animate });
  } else {
    const zoom = Math.min(Math.max(map.getZoom(), MARK_ZOOM[0]), MARK_ZOOM[1]);
    map.setView(item.shape.getLatLng(), zoom, { animate });
  }
}

/* On a telephone the sidebar lies over the map; once a hit is chosen in it, it gives way. */
function uncover() {
  if (window.parent === window || window.parent.innerWidth > PHONE_PX) return;
  const bar = window.parent.document.querySelector('[data-testid="stSidebar"]');
  if (!bar || bar.getBoundingClientRect().right <= 0) return;
  const fold = bar.querySelector('[data-testid="stSidebarCollapseButton"] button');
  if (fold) fold.click();
}

function report(layer, code) {
  clicked = `${layer}:${code}`;
  tell({ layer, code });
  sayAtOnce(layer, code);
}

/* The one way a map speaks to its page: as the drawing the component knows. */
function tell(said) {
  clicks += 1;
  const value = { last_active_drawing: { ...said, clicks } };
  const shared = window.__GLOBAL_DATA__;
  shared.last_active_drawing = value.last_active_drawing;
  // The component compares with this before it sends: a pan must not send the click again.
  shared.previous_data = value;
  window.Streamlit.setComponentValue(value);
}

/* ---- labels: as many as fit, most important first ----------------------- */

function overlaps(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/* Under the slider a name stands on the side its layer is drawn on. */
function onItsSide(id, at) {
  if (curtain.hidden) return true;
  const left = map.latLngToContainerPoint(at).x < lineAt();
  return (wanted.leftOnly || []).includes(id) ? left : !(wanted.left || {})[id] || !left;
}

/* Where a name that must stand may stand, from the middle of its area. */
const ABOUT_PX = [0, 14, -14, 28, -28, 42, -42, 56, -56];

function labelCandidates() {
  const zoom = map.getZoom();
  const view = map.getBounds();
  const found = [];
  for (const { spec, items } of layers.values()) {
    if (!spec.label || zoom < Math.max(spec.label.minZoom, spec.minZoom || 0)) continue;
    if ((wanted.unnamed || []).includes(spec.id)) continue;
    for (const item of items) {
      const { lx, ly, name, weight, zoom: from } = item.properties;
      if (item.style === HIDDEN || !name || zoom < (from || 0)) continue;
      if (lx === undefined || !view.contains([ly, lx])) continue;
      if (!onItsSide(spec.id, [ly, lx])) continue;
      // What the chosen cluster lies on is named before any other commune, however near.
      const first = Boolean(spec.styles[SIGNS.indexOf(item.style)].first);
      found.push({ at: L.latLng(ly, lx), text: name, spec, weight: weight || 0, first });
    }
  }
  for (const { lx, ly, label } of wanted.shapes || []) {
    if (lx === undefined) continue;
    found.push({ at: L.latLng(ly, lx), text: label, spec: SHAPE_LABEL, weight: 0, first: true });
  }
  const rank = (one) => (one.first ? Math.min(one.spec.label.rank, 0.5) : one.spec.label.rank);
  return found.sort((a, b) => rank(a) - rank(b) || b.weight - a.weight);
}

function markerBoxes() {
  const boxes = [];
  for (const { spec, items } of layers.values()) {
    if (spec.kind !== "point" || spec.canvas) continue;
    for (const item of items) {
      if (item.style === HIDDEN) continue;
      const { x, y } = map.latLngToLayerPoint(item.shape.getLatLng());
      // Never more than what the marker's own name below it leaves free.
      const half = Math.min(item.shape.options.icon.options.iconSize[0] / 2, 10);
      boxes.push([x - half, y - half, x + half, y + half]);
    }
  }
  return boxes;
}

/* From afar only a few names, far from each other; close by as many as fit. */
function drawLabels() {
  labelPane.replaceChildren();
  const grown = wanted.present ? PRESENT_GROWN : 1;
  const apart = Math.max(0, NAMED_ZOOM - map.getZoom()) * APART_PX;
  const taken = markerBoxes();
  for (const { at, text, spec, first } of labelCandidates()) {
    const point = map.latLngToLayerPoint(at).add([0, spec.label.offset * grown]);
    const size = grown * (spec.label.size || 1);
    const [x, y] = [size * (3.6 * text.length + 3), 8 * size];
    // A large area may be named a little off its middle, so that a mark there hides nothing.
    for (const shift of (first ? ABOUT_PX : spec.label.shifts) || [0]) {
      const middle = point.y + shift;
      const box = [point.x - x, middle - y, point.x + x, middle + y + 1];
      const far = spec.label.rank && !first ? apart : 0;
      const room = [box[0] - far, box[1] - far, box[2] + far, box[3] + far];
      if (taken.some((other) => overlaps(room, other))) continue;
      taken.push(box);
      const node = element("div", `ph-label ph-label-${spec.id}`, text);
      L.DomUtil.setPosition(node, L.point(point.x, middle));
      labelPane.appendChild(node);
      break;
    }
  }
}
