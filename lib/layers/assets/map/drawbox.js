/* The box of buttons for drawing, and what it says. A part of the script of ground.js. */

function toggle(name, text) {
  const made = toolButton(text, () => {
    drawing[name] = !drawing[name];
    made.setAttribute("aria-pressed", String(drawing[name]));
  });
  made.setAttribute("aria-pressed", String(drawing[name]));
  return made;
}

function addDrawBox() {
  const { texts } = config;
  drawing.box = toolBox("ph-draw");
  drawing.said = element("output", "ph-figure");
  drawing.hint = element("span", "ph-hint");
  drawing.buttons = {
    close: toolButton(texts.draw_close, close),
    ring: toolButton(texts.draw_ring, () => {
      drawing.starts = true;
      sayDrawing();
    }),
    undo: toolButton(texts.draw_undo, () => step("undo"), "↶"),
    redo: toolButton(texts.draw_redo, () => step("redo"), "↷"),
    remove: toolButton(texts.draw_remove, removeChosen),
    cancel: toolButton(texts.draw_cancel, cancel),
  };
  drawing.box.append(
    ...Object.values(drawing.buttons),
    toggle("snaps", texts.draw_snap), toggle("follows", texts.draw_follow),
    drawing.said, drawing.hint,
  );
  map.on("moveend", () => {
    if (drawing.draft) drawHandles();
    askForLines();
  });
}

function showBox(shown) {
  drawing.box.hidden = !shown;
  replaceShapes("ghosts", []);
  if (drawing.draft) drawHandles();
}

function drawnWords() {
  const { rings, open } = drawing.draft.state();
  const { exact } = drawing;
  if (exact && open < 0 && exact.rings === JSON.stringify(rings)) return exact.text;
  const { texts } = config;
  const said = [];
  if (open >= 0 && rings[open].length > 1) {
    said.push(`${texts.draw_length} ${lengthWords(metres(rings[open]))}`);
  }
  const m2 = squareMetres(rings);
  if (m2) said.push(`${texts.draw_about} ${figure(m2 / HA_M2, 2, "ha")}`);
  return said.join(" · ");
}

function hint(crowded) {
  const { texts } = config;
  const { rings, open } = drawing.draft.state();
  if (crowded) return texts.draw_crowded;
  if (map.getZoom() < LINES_ZOOM) return texts.draw_zoom;
  if (drawing.starts) return texts.draw_start_ring;
  if (!rings.length) return texts.draw_start;
  return open >= 0 ? texts.draw_go_on : "";
}

function sayDrawing(crowded) {
  const { draft, buttons, chosen } = drawing;
  const { rings, open } = draft.state();
  buttons.close.disabled = !draft.closable();
  buttons.ring.disabled = open >= 0 || !rings.length;
  buttons.ring.setAttribute("aria-pressed", String(Boolean(drawing.starts)));
  buttons.undo.disabled = !draft.undoable();
  buttons.redo.disabled = !draft.redoable();
  buttons.remove.disabled = !chosen;
  buttons.cancel.disabled = !rings.length;
  drawing.said.textContent = drawnWords();
  drawing.hint.textContent = hint(crowded);
}
