/* The page scrolls over the map: the wheel and one finger belong to the page around.
 *
 * The map zooms with Ctrl and the wheel, after a click into it, or with two fingers.
 * While presenting there is nothing to scroll, and the map keeps wheel and finger.
 */
(function () {
  "use strict";

  const SHOWN_MS = 1400;
  let map = null;
  let presenting = () => false;
  let entered = false;
  let touched = false;
  let hint = null;
  let fading = 0;

  function tell(text) {
    hint.textContent = text;
    hint.hidden = false;
    clearTimeout(fading);
    fading = setTimeout(() => { hint.hidden = true; }, SHOWN_MS);
  }

  /* Who touches drags with two fingers only; then the browser scrolls the page with one. */
  function settle() {
    if (!map) return;
    if (touched && !presenting()) map.dragging.disable();
    else map.dragging.enable();
  }

  function tame(leafletMap, texts, isPresenting) {
    map = leafletMap;
    presenting = isPresenting;
    touched = window.matchMedia("(pointer: coarse)").matches;
    hint = document.createElement("div");
    hint.className = "ph-scroll";
    hint.hidden = true;
    hint.setAttribute("aria-hidden", "true"); // of no use without a wheel or a finger
    document.body.append(hint);
    const early = { capture: true, passive: true };
    document.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.metaKey || entered || presenting()) return;
      event.stopPropagation(); // Leaflet does not see it, so the page scrolls
      tell(texts.wheel);
    }, early);
    document.addEventListener("pointerdown", (event) => {
      touched = event.pointerType === "touch";
      entered = !touched;
      settle();
    }, early);
    document.documentElement.addEventListener("pointerleave", () => { entered = false; });
    document.addEventListener("touchmove", (event) => {
      if (event.touches.length === 1 && !presenting()) tell(texts.fingers);
    }, early);
    settle();
  }

  window.PhuThoScroll = { tame, settle };
})();
