/* Layers only who looks closely sees. A part of the script of ground.js. */

/* A layer that begins at a zoom is fetched there, and hidden above without being drawn anew. */
function showByZoom() {
  for (const spec of config.layers) {
    if (!spec.minZoom) continue;
    map.getPane(spec.pane).style.display = map.getZoom() < spec.minZoom ? "none" : "";
  }
  if (wanted) fetchDrawn();
}
