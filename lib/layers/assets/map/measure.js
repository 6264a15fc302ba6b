/* Distance and area on any map; nothing of it stays. A part of the script of ground.js. */

const MEASURED = { color: "#111111", weight: 3, dashArray: "7 5", interactive: false };
const RULER = ["M3 16L16 3l5 5L8 21z", "M7 12l2 2M10 9l3 3M13 6l2 2"];
const RULER_LINE = { fill: "none", stroke: "currentColor", "stroke-width": 2 };
const measuring = { places: [], area: false, closed: false, shapes: [], box: null, said: null };

function measured() {
  const { places, area } = measuring;
  if (area) return places.length > 2 ? areaWords(squareMetres([places])) : "";
  return places.length > 1 ? lengthWords(metres(places)) : "";
}

function measuredWords() {
  const { places, area } = measuring;
  if (!area || !measured()) return measured();
  const around = lengthWords(metres([...places, places[0]]));
  return `${measured()} · ${config.texts.measure_around} ${around}`;
}

function drawMeasured(cursor) {
  const { places, area, closed } = measuring;
  measuring.shapes.forEach((shape) => shape.remove());
  measuring.shapes = [];
  if (!places.length) return;
  const line = latLngs(cursor && !closed ? [...places, cursor] : places);
  const options = { ...MEASURED, pane: "ph-tool" };
  const made = area
    ? L.polygon(line, { ...options, fillColor: "#111111", fillOpacity: 0.12 })
    : L.polyline(line, options);
  const dots = places.map(([lng, lat]) => L.circleMarker([lat, lng], {
    pane: "ph-tool", radius: 4, color: "#111111", weight: 2,
    fillColor: "#FFFFFF", fillOpacity: 1, interactive: false,
  }));
  measuring.shapes = [made, ...dots].map((shape) => shape.addTo(map));
}

function sayMeasured() {
  measuring.said.textContent = measuredWords() || config.texts.measure_how;
  measuring.copied.textContent = "";
  measuring.copy.disabled = !measured();
  drawMeasured();
}

function clearMeasured() {
  Object.assign(measuring, { places: [], closed: false });
  sayMeasured();
}

const measure = {
  enter() {
    measuring.box.hidden = false;
    measuring.button.setAttribute("aria-pressed", "true");
    clearMeasured();
  },
  leave() {
    clearMeasured();
    measuring.box.hidden = true;
    measuring.button.setAttribute("aria-pressed", "false");
  },
  click(place) {
    if (measuring.closed) clearMeasured();
    measuring.places = [...measuring.places, place];
    sayMeasured();
  },
  finish() {
    measuring.closed = measuring.places.length > 1;
    drawMeasured();
  },
  idle() { drawMeasured(); },
  move(place) {
    if (measuring.places.length && !measuring.closed) drawMeasured(place);
  },
  key(event) {
    if (event.key === "Enter") this.click(lngLat(map.getCenter()));
    else if (event.key === "Backspace") {
      measuring.places = measuring.places.slice(0, -1);
      measuring.closed = false;
      sayMeasured();
    } else if (event.key === "Escape") putAway();
    else return false;
    return true;
  },
};

function measureKind(area) {
  const { texts } = config;
  const made = toolButton(area ? texts.measure_area : texts.measure_length, () => {
    measuring.area = area;
    measuring.kinds.forEach((one) => one.setAttribute("aria-pressed", String(one === made)));
    sayMeasured();
  });
  made.setAttribute("aria-pressed", String(!area));
  return made;
}

function addMeasure() {
  const { texts } = config;
  const box = toolBox("ph-measure");
  measuring.box = box;
  measuring.said = element("output", "ph-figure");
  measuring.copied = element("span", "ph-copied");
  measuring.copied.setAttribute("aria-live", "polite");
  measuring.kinds = [measureKind(false), measureKind(true)];
  measuring.copy = toolButton(texts.measure_copy, async () => {
    const what = measuring.area ? texts.measure_area : texts.measure_length;
    const done = await copyText(`${what}: ${measuredWords()}`.replaceAll("\u00a0", " "));
    measuring.copied.textContent = done ? texts.measure_copied : texts.measure_not_copied;
  });
  box.append(
    ...measuring.kinds, measuring.said, measuring.copy,
    toolButton(texts.measure_clear, clearMeasured),
    toolButton(texts.measure_close, () => putAway(), "✕"), measuring.copied,
  );
  const control = L.control({ position: "topleft" });
  control.onAdd = () => {
    const bar = element("div", "leaflet-bar ph-home");
    const ruler = svgNode("svg", { width: 18, height: 18, viewBox: "0 0 24 24" });
    for (const d of RULER) svgNode("path", { d, ...RULER_LINE }, ruler);
    const link = element("a", "");
    Object.assign(link, { href: "#", title: texts.measure });
    link.setAttribute("role", "button");
    link.setAttribute("aria-label", texts.measure);
    link.append(ruler);
    L.DomEvent.on(link, "click", (event) => {
      L.DomEvent.stop(event);
      if (tool === measure) putAway();
      else take(measure);
    });
    measuring.button = link;
    bar.append(link);
    return bar;
  };
  control.addTo(map);
}
