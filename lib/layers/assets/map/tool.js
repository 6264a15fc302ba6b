/* What takes the map's clicks for itself: measuring and drawing. A part of the script of ground.js.
 *
 * One tool works at a time. While it does, nothing of the layers answers the pointer, and the
 * keys it knows are its own.
 */

const SAME_PX = 4;
const TWICE_MS = 600;
let tool = null;
let pressed = null; // the click before: Leaflet takes any two quick ones for a double click
let resting = null; // the tool that goes on when another is put away

function take(next) {
  if (tool) tool.leave();
  tool = next;
  map.getContainer().classList.toggle("ph-tool", Boolean(tool));
  if (tool) {
    map.doubleClickZoom.disable();
    tool.enter();
  } else {
    map.doubleClickZoom.enable();
  }
}

function putAway() {
  take(tool === resting ? null : resting);
}

function toolButton(text, go, symbol) {
  const made = element("button", "", symbol || text);
  made.type = "button";
  if (symbol) {
    made.title = text;
    made.setAttribute("aria-label", text);
  }
  made.addEventListener("click", go);
  return made;
}

/* A box of buttons over the map: what is pressed in it is not pressed on the map. */
function toolBox(className) {
  const box = element("div", `ph-toolbox ${className}`);
  box.hidden = true;
  L.DomEvent.disableClickPropagation(box);
  L.DomEvent.disableScrollPropagation(box);
  L.DomEvent.on(box, "mousemove", L.DomEvent.stopPropagation);
  box.addEventListener("mouseenter", idle);
  map.getContainer().append(box);
  return box;
}

/* Without TLS a browser offers no clipboard, but still copies what is selected. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (refused) {
    const area = element("textarea", "ph-spoken");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function lngLat({ lng, lat }) {
  return [lng, lat];
}

function latLngs(places) {
  return places.map(([lng, lat]) => [lat, lng]);
}

function pixel(place) {
  return map.latLngToContainerPoint([place[1], place[0]]);
}

function flatPixel(place) {
  const { x, y } = pixel(place);
  return [x, y];
}

function near(one, other, px) {
  return pixel(one).distanceTo(pixel(other)) <= px;
}

function toolKey(event) {
  if (!tool || event.target !== map.getContainer()) return false;
  const done = tool.key(event);
  if (done) {
    event.preventDefault();
    event.stopPropagation();
  }
  return done;
}

/* The pointer is nowhere on the map: no line leads to it. */
function idle() {
  if (tool) tool.idle();
}

function press({ latlng, originalEvent }) {
  if (!tool) return;
  const place = lngLat(latlng);
  const { timeStamp } = originalEvent;
  const soon = pressed && timeStamp - pressed.timeStamp < TWICE_MS;
  const twice = Boolean(soon) && near(pressed.place, place, SAME_PX);
  pressed = { place, timeStamp, twice };
  if (!twice) tool.click(place);
}

function addTools() {
  pane("ph-tool", 680);
  map.on("click", press);
  map.on("dblclick", () => { if (tool && pressed && pressed.twice) tool.finish(); });
  map.on("mouseout", idle);
  map.on("mousemove", (event) => { if (tool) tool.move(lngLat(event.latlng)); });
  addMeasure();
}
