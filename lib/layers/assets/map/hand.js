/* Keys, the cross, buttons, and the start. A part of the script of ground.js. */

/* While presenting, left and right turn the list whatever was used last (a box, a slider, the
 * map), and Escape leaves. A shortcut of Streamlit is silent inside a box. */
const TURNS = { ArrowLeft: "present--1", ArrowRight: "present-1", Escape: "present-leave" };

function turnPage(event) {
  const plain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey);
  if (!plain || !wanted || !wanted.present || !(event.key in TURNS)) return;
  // On the map Escape ends first what is begun there.
  if (event.key === "Escape" && event.currentTarget === document && (tool || !cross.hidden)) return;
  const page = window.parent.document;
  if (page.querySelector('[role="listbox"]')) return; // an open list takes its keys itself
  const turn = page.querySelector(`.st-key-${TURNS[event.key]} button`);
  if (!turn) return;
  event.preventDefault();
  event.stopPropagation();
  turn.click();
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
  if (event.target !== map.getContainer() || toolKey(event)) return;
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
  // A finger needs no cross; nor does a page that says nothing of keys.
  const byFinger = window.matchMedia("(pointer: coarse)").matches || !config.texts.keys;
  frame.addEventListener("focus", () => {
    if (!byFinger && frame.matches(":focus-visible")) showCross();
  });
  frame.addEventListener("blur", leaveCross);
  frame.addEventListener("pointerdown", leaveCross);
  map.on("moveend", sayCross);
}

/* Enter in the search box takes the first hit: a shortcut of Streamlit is silent inside a box.
 * What was typed last may still be on its way to the server and back. */
function takeFirst(event) {
  const box = event.target;
  if (event.key !== "Enter" || event.isComposing || !box.closest(".st-key-find")) return;
  const until = Date.now() + HITS_MS;
  const take = () => {
    const found = box.ownerDocument.querySelector(".st-key-hits .ph-query");
    const hit = box.ownerDocument.querySelector(".st-key-hit-0 button");
    if (hit && found && found.dataset.query === box.value) hit.click();
    else if (box.value && Date.now() < until) setTimeout(take, 50);
  };
  take();
}

/* The keys of the page around: Enter in its search box, and what turns its list. */
function listenToPage() {
  if (window.parent === window) return;
  const page = window.parent.document;
  const heard = [[page, takeFirst], [page, turnPage], [document, turnPage]];
  for (const [where, hear] of heard) where.addEventListener("keydown", hear, true);
  window.addEventListener("pagehide", () => {
    for (const [where, hear] of heard) where.removeEventListener("keydown", hear, true);
  });
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
    // A canvas takes the pointer wherever it is, drawn on or not.
    if (spec.canvas && !spec.interactive) map.getPane(spec.pane).style.pointerEvents = "none";
  });
  pane("ph-shapes", 580);
  pane("ph-selected", 590);
  labelPane = map.getPane(pane("ph-labels", 640));
  labelPane.style.pointerEvents = "none";
  // Leaflet's own buttons speak English only.
  map.zoomControl.remove();
  const { zoomIn: zoomInTitle, zoomOut: zoomOutTitle } = config.texts;
  L.control.zoom({ position: "topleft", zoomInTitle, zoomOutTitle }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  addHomeButton();
  addTools();
  addCross();
  addPictures();
  addCurtain();
  listenToPage();
  listenToPrinter();
  // A page of its own, as the single-file map is, has nothing around it to scroll.
  if (window.PhuThoScroll) PhuThoScroll.tame(map, config.texts, () => wanted && wanted.present);
  map.on("zoomend", showByZoom);
  map.on("zoomend moveend", drawLabels);
  map.on("moveend", refine);
  for (const touched of ["wheel", "pointerdown", "keydown"]) {
    frame.addEventListener(touched, () => { byHand = true; }, { capture: true, passive: true });
  }
  map.on("moveend", rememberView);
  map.on("dragstart", () => { moved = true; });
  map.on("click", () => { if (!tool && wanted && wanted.selected) report("", ""); });
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

/* Classes come as one character a feature, or as runs where that is shorter: "0*148 .*20". */
function unpack(styles) {
  if (!styles.includes("*")) return styles;
  return styles.split(" ").map((run) => run[0].repeat(Number(run.slice(2)))).join("");
}

window.PhuThoMap = {
  mount: (leafletMap, url) => { mount(leafletMap, url).catch(complain); },
  show,
};
