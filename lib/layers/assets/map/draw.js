/* Drawing an outline: clicks, corners that can be moved, snapping. A part of the script of ground.js.
 *
 * The page gives {id, rings, lines, points, typed, exact}; it is told the closed rings after every
 * change, and the window whose lines are wanted. What is drawn lives here: the page gives rings
 * only where `id` is another than before.
 */

const LINES_ZOOM = 14; // from here on the page is asked for the exact lines of what is in view
const MOST_HANDLES = 250;
const TELL_MS = 120;
const OUTLINE = { color: "#8A1C1C", weight: 3, interactive: false };
const COMMUNE_LINE = { color: "#1B1B1B", weight: 1.5, interactive: false };
const drawing = {
  id: null, draft: null, lines: [], points: [], typed: 0, exact: null, news: "", rings: "",
  snaps: true, follows: false, starts: false, chosen: null, window: null, told: 0, waiting: 0,
  shapes: [], handles: [], ghosts: [], grounds: [],
};

/* ---- what a place is caught by ------------------------------------------- */

function snap(place) {
  if (!drawing.snaps) return place;
  const close = nearestPoint(drawing.points, place, SNAP_PX, flatPixel)
    || nearestOnLines(drawing.lines, place, SNAP_PX, flatPixel);
  return close ? close.place : place;
}

/* The corners of the commune line from the last corner to `place`, if both lie on the lines. */
function wayTo(place) {
  const { rings, open } = drawing.draft.state();
  if (!drawing.follows || open < 0) return [];
  const start = onLine(drawing.lines, rings[open].at(-1));
  const end = onLine(drawing.lines, place);
  return (start && end && wayAlong(drawing.lines, start, end)) || [];
}

/* ---- what is seen -------------------------------------------------------- */

function replaceShapes(kind, made) {
  drawing[kind].forEach((shape) => shape.remove());
  drawing[kind] = made.map((shape) => shape.addTo(map));
}

function line(places, look) {
  return L.polyline(latLngs(places), { pane: "ph-tool", smoothFactor: 0, ...look });
}

function ring(dot, look) {
  return L.circleMarker([dot[1], dot[0]], {
    pane: "ph-tool", radius: 8, color: "#9A4200", weight: 2, fill: false, interactive: false, ...look,
  });
}

function drawOutline(rings, open) {
  const closed = rings.filter((_, i) => i !== open).map(latLngs);
  const made = [L.polygon(closed, {
    ...OUTLINE, pane: "ph-tool", fillOpacity: 0.14, smoothFactor: 0,
  })];
  if (open >= 0) made.push(line(rings[open], OUTLINE));
  replaceShapes("shapes", made);
}

function drawGhost(place) {
  const { rings, open } = drawing.draft.state();
  if (open < 0 && rings.length) return;
  const caught = snap(place);
  const made = caught === place ? [] : [ring(caught)];
  if (open >= 0) {
    made.push(line([rings[open].at(-1), ...wayTo(caught), caught], { ...OUTLINE, dashArray: "4 6" }));
  }
  replaceShapes("ghosts", made);
}

function handle(place, className, label, size = 14) {
  const mark = L.marker([place[1], place[0]], {
    pane: "ph-tool", draggable: true, autoPan: false,
    icon: L.divIcon({ className: `ph-corner ${className}`, iconSize: [size, size] }),
  });
  mark.on("add", () => mark.getElement().setAttribute("aria-label", label));
  return mark;
}

function whereDropped(mark) {
  return snap(lngLat(mark.getLatLng()));
}

/* While a corner is dragged the outline goes with it, and the corner jumps to what catches it. */
function follow(mark, reshaped) {
  mark.on("drag", () => {
    const caught = whereDropped(mark);
    mark.setLatLng([caught[1], caught[0]]);
    const { rings, open } = drawing.draft.state();
    drawOutline(reshaped(rings, caught), open);
  });
}

function corner(place, number, at) {
  const { draft, chosen } = drawing;
  const { rings, open } = draft.state();
  const first = number === open && at === 0;
  const last = number === open && at === rings[open].length - 1;
  const taken = chosen && chosen[0] === number && chosen[1] === at;
  const words = `${config.texts.draw_corner} ${at + 1}`;
  const mark = handle(place, taken ? "ph-corner-chosen" : first ? "ph-corner-first" : "", words);
  follow(mark, (all, caught) => spliced(all, number, 1, spliced(all[number], at, 1, caught)));
  mark.on("dragend", () => {
    draft.move(number, at, whereDropped(mark));
    changed();
  });
  mark.on("click", () => {
    if ((first || last) && draft.closable()) return close();
    drawing.chosen = taken ? null : [number, at];
    return drawHandles();
  });
  mark.on("add", () => mark.getElement().addEventListener("keydown", (event) => {
    cornerKey(event, number, at, place);
  }));
  return mark;
}

/* Half way along a side: dragged or pressed it becomes a corner. */
function middle(number, at, places) {
  const next = places[(at + 1) % places.length];
  const place = [(places[at][0] + next[0]) / 2, (places[at][1] + next[1]) / 2];
  const mark = handle(place, "ph-corner-new", config.texts.draw_insert, 9);
  follow(mark, (all, caught) => spliced(all, number, 1, spliced(all[number], at + 1, 0, caught)));
  const insert = () => {
    drawing.draft.insert(number, at + 1, whereDropped(mark));
    drawing.chosen = [number, at + 1];
    changed();
  };
  mark.on("dragend click", insert);
  return mark;
}

/* Of corners that lie on each other, as along a commune line, one can be taken; closer by all. */
function drawHandles() {
  const { rings, open } = drawing.draft.state();
  const view = map.getBounds();
  const made = [];
  rings.forEach((places, number) => {
    let shown = null;
    places.forEach((place, at) => {
      const after = places[(at + 1) % places.length];
      if (number !== open && !near(place, after, 40)) made.push(middle(number, at, places));
      const end = number === open && at === places.length - 1;
      if (!view.contains([place[1], place[0]]) || (shown && !end && near(shown, place, 12))) return;
      shown = place;
      made.push(corner(place, number, at));
    });
  });
  replaceShapes("handles", tool === outlining && made.length <= MOST_HANDLES ? made : []);
  sayDrawing(made.length > MOST_HANDLES);
}

/* ---- keys ---------------------------------------------------------------- */

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function cornerKey(event, number, at, place) {
  const arrow = ARROWS[event.key];
  if (arrow) {
    const step = event.shiftKey ? 10 : 1;
    const moved = map.containerPointToLatLng(pixel(place).add(arrow.map((way) => way * step)));
    drawing.draft.move(number, at, lngLat(moved));
  } else if (event.key === "Delete" || event.key === "Backspace") {
    drawing.draft.remove(number, at);
  } else return;
  event.preventDefault();
  event.stopPropagation();
  drawing.chosen = arrow ? [number, at] : null;
  changed();
  const taken = drawing.handles.map((mark) => mark.getElement())
    .find((node) => node.classList.contains("ph-corner-chosen"));
  (taken || map.getContainer()).focus();
}

const outlining = {
  enter() { showBox(true); },
  leave() { showBox(false); },
  click(place) {
    const { draft } = drawing;
    const { rings, open } = draft.state();
    if (open < 0 && rings.length && !drawing.starts) {
      drawing.chosen = null;
      drawHandles();
      return;
    }
    if (draft.closable() && near(rings[open][0], place, SNAP_PX)) return close();
    if (open >= 0 && near(rings[open].at(-1), place, SAME_PX)) return;
    const caught = snap(place);
    draft.add([...wayTo(caught), caught]);
    changed();
  },
  finish() { close(); },
  move(place) { drawGhost(place); },
  idle() { replaceShapes("ghosts", []); },
  key(event) {
    const { draft } = drawing;
    const { rings, open } = draft.state();
    const letter = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : "";
    if (event.key === "Enter") this.click(lngLat(map.getCenter()));
    else if (letter === "y" || (letter === "z" && event.shiftKey)) step("redo");
    else if (letter === "z") step("undo");
    else if (event.key === "Backspace" && open >= 0) {
      draft.remove(open, rings[open].length - 1);
      changed();
    } else if (event.key === "Delete" && drawing.chosen) removeChosen();
    else if (event.key === "Escape" && open >= 0) cancel();
    else return false;
    return true;
  },
};

/* ---- acts of the buttons -------------------------------------------------- */

function close() {
  drawing.draft.close();
  changed();
}

function cancel() {
  drawing.draft.cancel();
  changed();
}

function step(way) {
  drawing.draft[way]();
  drawing.chosen = null;
  changed();
}

function removeChosen() {
  drawing.draft.remove(...drawing.chosen);
  drawing.chosen = null;
  changed();
}

function changed() {
  const { rings, open } = drawing.draft.state();
  const { chosen } = drawing;
  if (chosen && !(rings[chosen[0]] || [])[chosen[1]]) drawing.chosen = null;
  drawing.starts = open >= 0 ? false : drawing.starts && rings.length > 0;
  replaceShapes("ghosts", []);
  drawOutline(rings, open);
  drawHandles();
  tellDrawing();
}

/* ---- what the page is told, and what it gives ------------------------------ */

function tellDrawing() {
  clearTimeout(drawing.waiting);
  drawing.waiting = setTimeout(() => {
    if (!drawing.draft) return;
    const closed = drawing.draft.closed();
    const news = JSON.stringify([closed, drawing.window]);
    if (news === drawing.news) return; // a ring that is still open is nobody else's yet
    tell({ drawing: closed, window: drawing.window, of: drawing.id });
    Object.assign(drawing, { told: clicks, news, rings: JSON.stringify(closed) });
  }, TELL_MS);
}

function askForLines() {
  if (!drawing.draft || map.getZoom() < LINES_ZOOM) return;
  const view = map.getBounds();
  const { window: known } = drawing;
  if (known && L.latLngBounds([known[1], known[0]], [known[3], known[2]]).contains(view)) return;
  const wide = view.pad(0.25);
  drawing.window = [wide.getWest(), wide.getSouth(), wide.getEast(), wide.getNorth()];
  tellDrawing();
}

function edit(given) {
  if (!given) {
    if (drawing.draft) putDown();
    return;
  }
  if (!drawing.box) addDrawBox();
  const anew = given.id !== drawing.id;
  const { typed } = given;
  if (anew) begin(given);
  Object.assign(drawing, { lines: given.lines || [], points: given.points || [] });
  if (given.exact && given.exact.of === drawing.told) {
    drawing.exact = { text: given.exact.text, rings: drawing.rings };
  }
  replaceShapes("grounds", [
    ...drawing.lines.map((one) => line(one, { ...COMMUNE_LINE, pane: "ph-shapes" })),
    ...drawing.points.map((one) => ring(one, { radius: 3, color: "#1F4E79", pane: "ph-shapes" })),
  ]);
  if (!anew && typed && typed.number > drawing.typed) {
    drawing.typed = typed.number;
    drawing.draft.add([typed.place]);
    changed();
    if (!map.getBounds().contains(latLngs([typed.place])[0])) map.panTo(latLngs([typed.place])[0]);
  }
  sayDrawing();
  askForLines();
}

function begin(given) {
  Object.assign(drawing, {
    id: given.id, draft: makeDraft(given.rings || []), chosen: null, window: null,
    typed: given.typed ? given.typed.number : 0, starts: false, news: "", exact: null,
    told: given.exact ? given.exact.of : 0, rings: JSON.stringify(given.rings || []),
  });
  resting = outlining;
  if (tool !== measure) take(outlining);
  const { rings, open } = drawing.draft.state();
  drawOutline(rings, open);
  drawHandles();
}

function putDown() {
  for (const kind of ["shapes", "handles", "ghosts", "grounds"]) replaceShapes(kind, []);
  Object.assign(drawing, { id: null, draft: null });
  resting = null;
  if (tool === outlining) take(null);
}
