/* What a ground needs: layers only who looks closely sees, and whom to name for them.
 * A part of the script of ground.js. */

/* A layer that begins at a zoom is fetched there, and hidden above without being drawn anew. */
function showByZoom() {
  for (const spec of config.layers) {
    if (!spec.minZoom) continue;
    map.getPane(spec.pane).style.display = map.getZoom() < spec.minZoom ? "none" : "";
  }
  if (wanted) fetchDrawn();
}

/* The licence of OpenStreetMap asks for its name wherever its data shows. */
function addCredits() {
  if (!config.credits.length) return;
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => element("div", "ph-credits", config.credits.join(" · "));
  control.addTo(map);
}
