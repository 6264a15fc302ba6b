/* The browser's half of lib/mapview.py.
 *
 * mount() runs once: it fetches each layer file and builds Leaflet layers.
 * show() runs on every rerun: it gets one character a feature (its style class,
 * "." for hidden) and changes only what differs. Every text that comes from
 * data is put in the page with textContent, never as HTML.
 */
(function () {
  "use strict";

  const HIDDEN = ".";
  const SLIDER_PX = 44; // the width of the slider's thumb in map.css
  const SVG = "http://www.w3.org/2000/svg";
  const SHAPE_LABEL = { id: "shapes", label: { rank: 0, offset: 0 } };
  const layers = new Map();
  const asked = new Set();
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

  /* What this answer says of one feature, beside what its file says. */
  function noteOf(spec, place) {
    const note = wanted && wanted.notes && wanted.notes[spec.id];
    return note ? `${note.label}: ${note.values[place]}` : "";
  }

  function build(spec, feature, place) {
    const options = { pane: spec.pane, interactive: spec.interactive, smoothFactor: 1 };
    if (spec.renderer) options.renderer = spec.renderer;
    let shape;
    if (spec.kind === "point") {
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
      const depth = geometry.type === "Polygon" ? 1 : 2;
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
      const look = spec.styles[parseInt(style, 36)];
      if (spec.kind === "point") item.shape.setIcon(icon(look));
      else item.shape.setStyle(look);
      if (item.style === HIDDEN) item.shape.addTo(map);
    }
    item.style = style;
  }

  /* A heavy line is not to be half hidden under the neighbours, whichever was drawn first. */
  function raise(spec, item) {
    if (item.style === HIDDEN || !item.shape.bringToFront) return;
    if (spec.styles[parseInt(item.style, 36)].front) item.shape.bringToFront();
  }

  function isDrawn(spec) {
    return [...(wanted.layers[spec.id] || "")].some((style) => style !== HIDDEN);
  }

  /* A layer is fetched when it is first to be seen, never before. */
  function fetchDrawn() {
    for (const spec of config.layers) {
      if (asked.has(spec.id) || !isDrawn(spec)) continue;
      asked.add(spec.id);
      load(spec).catch(complain);
    }
  }

  function apply() {
    if (!wanted) return;
    fetchDrawn();
    for (const { spec, items } of layers.values()) {
      const styles = wanted.layers[spec.id] || "";
      items.forEach((item, i) => restyle(spec, item, styles[i] || HIDDEN));
      items.forEach((item) => raise(spec, item));
    }
    if (window.PhuThoScroll) PhuThoScroll.settle();
    drawLeft();
    draw();
    highlight();
    if (!look()) focus();
    drawLabels();
    const whole = config.layers.filter((spec) => layers.has(spec.id) || !isDrawn(spec));
    document.body.dataset.phLayers = String(whole.length);
    document.body.dataset.phTurns = String(turns);
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

  function clip() {
    const size = map.getSize();
    const slider = curtain.lastChild;
    const share = slider.value / slider.max;
    const at = size.x * share + (0.5 - share) * SLIDER_PX;
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
    slider.addEventListener("input", clip);
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

  function focus() {
    const target = wanted.focus;
    const name = target ? `${target.layer}:${target.code}` : "";
    const bounds = wanted.bounds;
    if (name === focusDone) return;
    if (!name || (name === clicked && !bounds)) {
      focusDone = name;
      return;
    }
    const item = find(target);
    if (!item && !bounds) return;
    byHand = false;
    writeView("");
    // The first view must stand still: the frame is still finding its size.
    const animate = focusDone !== null;
    focusDone = name;
    moved = true;
    if (bounds) {
      map.fitBounds(bounds, { padding: [30, 30], maxZoom: 17, animate });
    } else if (item.shape.getBounds) {
      map.fitBounds(item.shape.getBounds(), { padding: [40, 40], maxZoom: 14, animate });
    } else {
      map.setView(item.shape.getLatLng(), Math.max(map.getZoom(), 11.5), { animate });
    }
  }

  function report(layer, code) {
    clicks += 1;
    clicked = `${layer}:${code}`;
    const value = { last_active_drawing: { layer, code, clicks } };
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

  function labelCandidates() {
    const zoom = map.getZoom();
    const view = map.getBounds();
    const found = [];
    for (const { spec, items } of layers.values()) {
      if (!spec.label || zoom < spec.label.minZoom) continue;
      for (const item of items) {
        const { lx, ly, name, weight } = item.properties;
        if (item.style === HIDDEN || lx === undefined || !view.contains([ly, lx])) continue;
        found.push({ at: L.latLng(ly, lx), text: name, spec, weight: weight || 0 });
      }
    }
    for (const { lx, ly, name } of wanted.shapes || []) {
      if (lx === undefined) continue;
      found.push({ at: L.latLng(ly, lx), text: name, spec: SHAPE_LABEL, weight: 0 });
    }
    return found.sort((a, b) => a.spec.label.rank - b.spec.label.rank || b.weight - a.weight);
  }

  function markerBoxes() {
    const boxes = [];
    for (const { spec, items } of layers.values()) {
      if (spec.kind !== "point") continue;
      for (const item of items) {
        if (item.style === HIDDEN) continue;
        const point = map.latLngToLayerPoint(item.shape.getLatLng());
        boxes.push([point.x - 10, point.y - 10, point.x + 10, point.y + 10]);
      }
    }
    return boxes;
  }

  function drawLabels() {
    labelPane.replaceChildren();
    const taken = markerBoxes();
    for (const { at, text, spec } of labelCandidates()) {
      const point = map.latLngToLayerPoint(at);
      const width = 7.2 * text.length + 6;
      const top = point.y + spec.label.offset - 8;
      const box = [point.x - width / 2, top, point.x + width / 2, top + 17];
      if (taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      const node = element("div", `ph-label ph-label-${spec.id}`, text);
      L.DomUtil.setPosition(node, L.point(point.x, point.y + spec.label.offset));
      labelPane.appendChild(node);
    }
  }

  /* ---- once ---------------------------------------------------------------- */

  /* While presenting, the arrows turn the pages of the list even when the map has the focus. */
  function turnsPages(event) {
    return wanted && wanted.present && ["ArrowLeft", "ArrowRight"].includes(event.key);
  }

  function forward(event) {
    if (!turnsPages(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const { key, code } = event;
    window.parent.document.body.dispatchEvent(
      new window.parent.KeyboardEvent("keydown", { key, code, bubbles: true }),
    );
  }

  /* ---- without a mouse: arrows move the map, a cross marks its middle, Enter takes it ---- */

  function atCross() {
    const size = map.getSize();
    return document.elementsFromPoint(size.x / 2, size.y / 2)
      .map((node) => node.closest(".leaflet-interactive"))
      .find((node) => node && shapeOf.has(node)) || null;
  }

  function showCross() {
    cross.hidden = false;
    sayCross();
  }

  function leaveCross() {
    cross.hidden = true;
    if (crossed) crossed.closeTooltip();
    crossed = null;
    spoken.textContent = "";
  }

  function moveCross() {
    if (cross.hidden) return;
    const node = atCross();
    const found = node ? shapeOf.get(node) : null;
    if (crossed && crossed !== found) crossed.closeTooltip();
    crossed = found;
    if (crossed) crossed.openTooltip(map.getCenter());
  }

  /* A tooltip is for the eye; who listens hears the name of what is under the cross. */
  function sayCross() {
    moveCross();
    const tip = crossed && crossed.getTooltip().getElement();
    spoken.textContent = tip ? tip.innerText : "";
  }

  function byKey(event) {
    if (event.target !== map.getContainer() || turnsPages(event)) return;
    if (event.key.startsWith("Arrow") || "+-=".includes(event.key)) {
      showCross();
    } else if (event.key === "Enter" && crossed) {
      event.preventDefault();
      crossed.fire("click", { latlng: map.getCenter() });
    } else if (event.key === "Escape" && !cross.hidden) {
      event.stopPropagation();
      leaveCross();
    }
  }

  function addCross() {
    const frame = map.getContainer();
    cross = element("div", "ph-cross");
    cross.appendChild(element("div", "ph-keys", config.texts.keys));
    cross.hidden = true;
    spoken = element("div", "ph-spoken");
    spoken.setAttribute("aria-live", "polite");
    document.body.append(cross, spoken);
    frame.setAttribute("aria-description", config.texts.keys);
    frame.addEventListener("keydown", byKey);
    frame.addEventListener("focus", () => { if (frame.matches(":focus-visible")) showCross(); });
    frame.addEventListener("blur", leaveCross);
    frame.addEventListener("pointerdown", leaveCross);
    map.on("moveend", sayCross);
  }

  function button(sign, text, go) {
    const link = element("a", "", sign);
    link.href = "#";
    link.title = text;
    link.setAttribute("role", "button");
    link.setAttribute("aria-label", text);
    L.DomEvent.on(link, "click", (event) => {
      L.DomEvent.stop(event);
      byHand = false;
      writeView("");
      go();
    });
    return link;
  }

  function addHomeButton() {
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const bar = element("div", "leaflet-bar ph-home");
      bar.appendChild(button("⤢", config.texts.home, () => {
        moved = false;
        home(true);
      }));
      if (config.province) {
        bar.appendChild(button("◎", config.texts.province, () => {
          moved = true;
          map.fitBounds(config.province, { padding: [6, 6] });
        }));
      }
      return bar;
    };
    control.addTo(map);
  }

  function complain(error) {
    console.error(error);
    const text = config ? config.texts.broken : "Chưa tải được bản đồ. Tải lại trang.";
    const box = element("div", "ph-broken", text);
    document.body.appendChild(box);
  }

  function buildMap() {
    const frame = map.getContainer();
    frame.style.height = "100vh";
    frame.setAttribute("aria-label", config.texts.map);
    // Leaflet focuses the map on a press; the page around would scroll and the click be lost.
    frame.focus = () => HTMLElement.prototype.focus.call(frame, { preventScroll: true });
    map.invalidateSize();
    map.options.maxBoundsViscosity = 1;
    map.setMaxBounds(config.maxBounds);
    home(false);
    addHatches(config.hatches);
    config.layers.forEach((spec, i) => {
      spec.pane = pane(`ph-${spec.id}`, 400 + 10 * i);
      if (spec.canvas) spec.renderer = L.canvas({ pane: spec.pane, padding: 0.2 });
    });
    pane("ph-shapes", 580);
    pane("ph-selected", 590);
    labelPane = map.getPane(pane("ph-labels", 640));
    labelPane.style.pointerEvents = "none";
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    addHomeButton();
    addCross();
    addCurtain();
    // A page of its own, as the single-file map is, has nothing around it to scroll.
    if (window.PhuThoScroll) PhuThoScroll.tame(map, config.texts, () => wanted && wanted.present);
    map.on("zoomend moveend", drawLabels);
    map.on("moveend", refine);
    for (const touched of ["wheel", "pointerdown", "keydown"]) {
      frame.addEventListener(touched, () => { byHand = true; }, { capture: true, passive: true });
    }
    map.on("moveend", rememberView);
    frame.addEventListener("keydown", forward, { capture: true });
    map.on("dragstart", () => { moved = true; });
    map.on("click", () => { if (wanted && wanted.selected) report("", ""); });
    new ResizeObserver(() => {
      map.invalidateSize();
      if (!moved) home(false);
    }).observe(frame);
  }

  async function mount(leafletMap, url) {
    map = leafletMap;
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    config = await answer.json();
    buildMap();
    apply();
  }

  /* Every rerun the component lays the page's theme on top of what it laid before; the last holds. */
  function dropOldThemes() {
    const themes = [...document.head.querySelectorAll("style")]
      .filter((sheet) => sheet.textContent.includes("--primary-color:"));
    themes.slice(0, -1).forEach((sheet) => sheet.remove());
  }

  function show(state) {
    turns += 1;
    dropOldThemes();
    wanted = state;
    for (const styled of [state.layers, state.left || {}]) {
      for (const [id, styles] of Object.entries(styled)) styled[id] = unpack(styles);
    }
    if (config) apply();
  }

  /* A layer of thousands comes as runs, "0*148 .*20"; others as one character a feature. */
  function unpack(styles) {
    if (!styles.includes("*")) return styles;
    return styles.split(" ").map((run) => run[0].repeat(Number(run.slice(2)))).join("");
  }

  window.PhuThoMap = {
    mount: (leafletMap, url) => { mount(leafletMap, url).catch(complain); },
    show,
  };
})();
