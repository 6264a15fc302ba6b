/* What the benchmark looks at in a page: is the map painted, did the card come, how even are frames.
   Installed in every frame; the instruments are those of the uppermost one. */
(() => {
  const clock = () => performance.timeOrigin + performance.now();
  const top = window.top;
  const kept = (top.benchDraws = top.benchDraws || { count: 0, last: 0 });
  // deck.gl and its relatives paint by WebGL alone: the last call that draws is the paint.
  for (const made of [window.WebGL2RenderingContext, window.WebGLRenderingContext]) {
    for (const name of ["drawArrays", "drawElements", "drawArraysInstanced", "drawElementsInstanced"]) {
      const original = made && made.prototype[name];
      if (!original) continue;
      made.prototype[name] = function (...given) {
        kept.count += 1;
        kept.last = clock();
        return original.apply(this, given);
      };
    }
  }
  if (window !== top) return;

  const QUIET_MS = 500;

  function frames(root = document) {
    const found = [];
    for (const frame of root.querySelectorAll("iframe")) {
      const inside = frame.contentDocument;
      if (!inside || !inside.body) continue;
      found.push(inside, ...frames(inside));
    }
    return found;
  }

  const shapes = (inside) => inside.querySelectorAll("path.leaflet-interactive");

  function leaflet() {
    return frames().filter((inside) => inside.querySelector(".leaflet-container")).at(-1);
  }

  function idle() {
    const app = document.querySelector('[data-testid="stApp"]');
    return Boolean(app) && app.dataset.testScriptState === "notRunning";
  }

  /* What is on the map now, as far as the kind of map lets it be seen. */
  function state(kind) {
    if (kind === "text") return { text: document.querySelector('[data-testid="stText"]')?.textContent };
    if (kind === "webgl") return { draws: kept.count };
    const inside = leaflet();
    if (!inside) return { shapes: 0, turns: 0, layers: 0 };
    const { phTurns, phLayers } = inside.body.dataset;
    return { shapes: shapes(inside).length, turns: Number(phTurns || 0), layers: Number(phLayers || 0) };
  }

  /* Whether the map shows what is wanted, not what it showed `before`. */
  function painted(kind, before, wanted) {
    if (kind === "webgl") return idle() && kept.count > before.draws && clock() - kept.last > QUIET_MS;
    const now = state(kind);
    if (kind === "text") return now.text !== undefined && now.text !== before.text;
    if (kind === "ours") return now.turns > before.turns && now.layers >= wanted;
    return now.shapes === wanted;
  }

  const paint = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  async function until(kind, before, wanted, started) {
    while (!painted(kind, before, wanted)) await new Promise(requestAnimationFrame);
    if (kind === "webgl") return kept.last - started;
    await paint();
    return clock() - started;
  }

  const pill = (name) =>
    [...document.querySelectorAll("[role=toolbar] button")].find((b) => b.textContent.trim() === name);

  async function press(kind, name, wanted) {
    const before = state(kind);
    const started = clock();
    pill(name).click();
    return until(kind, before, wanted, started);
  }

  /* From the pointer going down on the map until the text of the card is another. */
  function card(selector) {
    const places = () =>
      [document, ...frames()].flatMap((inside) => [...inside.querySelectorAll(selector)]);
    const text = () => places().map((place) => place.textContent.trim()).join("|");
    const before = text();
    let started = 0;
    for (const inside of [document, ...frames()])
      inside.addEventListener("pointerdown", () => { started = started || clock(); }, true);
    top.benchCard = (async () => {
      while (!(started && text() && text() !== before)) await new Promise(requestAnimationFrame);
      await paint();
      return clock() - started;
    })();
    // What is said at once gives way to the card.
    top.benchWhole = top.benchCard.then(async () => {
      while (document.querySelector(".ph-glance")) await new Promise(requestAnimationFrame);
      return clock() - started;
    });
  }

  function frameOffset(inside) {
    let x = 0;
    let y = 0;
    for (let view = inside.defaultView; view !== top; view = view.parent) {
      const box = view.frameElement.getBoundingClientRect();
      x += box.left;
      y += box.top;
    }
    return [x, y];
  }

  /* The box of the map on the page. */
  function box() {
    const inside = leaflet();
    const canvas = [document, ...frames()].flatMap((d) => [...d.querySelectorAll("canvas")]);
    const largest = canvas.sort((a, b) => b.clientWidth * b.clientHeight - a.clientWidth * a.clientHeight);
    const element = inside ? inside.querySelector(".leaflet-container") : largest[0];
    const [x, y] = frameOffset(element.ownerDocument);
    const at = element.getBoundingClientRect();
    return { x: x + at.left, y: y + at.top, width: at.width, height: at.height };
  }

  /* The polygon at a point of the map: an element, or one drawn on a canvas. */
  function polygonAt(inside, x, y) {
    const hit = inside.elementFromPoint(x, y);
    if (!hit) return null;
    if (hit.matches("path.leaflet-interactive")) return hit;
    const { map, L } = inside.defaultView;
    if (!hit.matches("canvas") || !map) return null;
    const frame = map.getContainer().getBoundingClientRect();
    const point = map.containerPointToLayerPoint([x - frame.left, y - frame.top]);
    const covers = (layer) => layer instanceof L.Polygon && layer.options.interactive
      && layer.getElement?.() === undefined && layer._containsPoint?.(point);
    return Object.values(map._layers).find(covers) || null;
  }

  /* Points of the map a pointer would hit a polygon at, each of another polygon. */
  function targets(count) {
    const inside = leaflet();
    const at = box();
    if (!inside) {
      return [...Array(count).keys()].map((n) => [
        at.x + at.width * (0.38 + 0.24 * ((n * 7) % count) / count),
        at.y + at.height * (0.38 + 0.24 * ((n * 3) % count) / count),
      ]);
    }
    const [x, y] = frameOffset(inside);
    const seen = new Set();
    const found = [];
    for (let row = 0.3; row < 0.72; row += 0.03) {
      for (let column = 0.3; column < 0.72; column += 0.03) {
        const px = at.x + at.width * column;
        const py = at.y + at.height * row;
        const hit = polygonAt(inside, px - x, py - y);
        if (!hit || seen.has(hit)) continue;
        seen.add(hit);
        found.push([px, py]);
      }
    }
    return found.filter((_, i) => i % Math.max(1, Math.floor(found.length / count)) === 0).slice(0, count);
  }

  /* Is the map that is there still the one that was marked? */
  const host = () => (leaflet() ? leaflet().body : document.querySelector("canvas") || frames().at(-1)?.body);
  const mark = () => { const at = host(); if (at) at.benchSame = true; };
  const same = () => Boolean(host()?.benchSame);

  function watchFrames() {
    top.benchFrames = [];
    let last = 0;
    let on = true;
    const tick = (now) => {
      if (last) top.benchFrames.push(now - last);
      last = now;
      if (on) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    top.benchStop = () => { on = false; return top.benchFrames; };
  }

  top.bench = { state, painted, press, card, box, targets, mark, same, idle, watchFrames, clock, kept };
})();
