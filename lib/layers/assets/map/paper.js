/* The map on paper, printed from the browser. A part of the script of ground.js. */

/* Paper is narrower than a screen, and nothing runs while it is filled: the map takes its size
 * on paper (as in app.css) just before, and shows what it showed. */
function listenToPrinter() {
  const frame = window.frameElement;
  if (!frame) return;
  const page = window.parent;
  let was = null;
  const resize = (width, height, look) => {
    const hand = byHand;
    byHand = false; // nobody chose this view
    for (const [side, px] of Object.entries({ width, height })) {
      if (px) frame.style.setProperty(side, `${px}px`, "important");
      else frame.style.removeProperty(side);
    }
    map.invalidateSize({ animate: false });
    look();
    byHand = hand;
  };
  const before = () => {
    was = { bounds: map.getBounds(), center: map.getCenter(), zoom: map.getZoom() };
    resize(...PAPER_PX, () => map.fitBounds(was.bounds, { animate: false }));
  };
  const after = () => {
    if (was) resize(0, 0, () => map.setView(was.center, was.zoom, { animate: false }));
  };
  page.addEventListener("beforeprint", before);
  page.addEventListener("afterprint", after);
  window.addEventListener("pagehide", () => {
    page.removeEventListener("beforeprint", before);
    page.removeEventListener("afterprint", after);
  });
}
