/* What a click says beside the map at once, until the page has the card. A part of the script of
 * ground.js.
 *
 * Title, second line and verdict lie in a file that is fetched when the map stands; of what is
 * not in it the layer's own lines are said. All of it is put in the page with textContent.
 */

const GLANCE_MS = 10000; // by then whatever the page shows is the answer
const BEGUN_MS = 300; // by then a page that was going to run does
let glances = {};
let glance = null;

async function fetchGlances() {
  const url = wanted.glance;
  if (!url || asked.has(url)) return;
  asked.add(url);
  const answer = await fetch(url);
  if (answer.ok) glances = await answer.json();
}

function glanceOf(layer, code) {
  const known = glances[layer] && glances[layer][code];
  if (known) return (wanted.titled || []).includes(layer) ? known.slice(0, 1) : known;
  const item = find({ layer, code });
  if (!item) return [];
  const { name, [config.lang]: lines } = item.properties;
  return [name, (lines || []).join(" · ")];
}

function dropGlance() {
  if (glance) glance.remove();
  glance = null;
}

/* Whether the page has drawn the card `title` names, or has run and drew another. */
function hasCard(place, title, since) {
  const page = place.ownerDocument.querySelector('[data-testid="stApp"]');
  if (Date.now() > since + BEGUN_MS && page.dataset.testScriptState === "notRunning") return true;
  return [...place.querySelectorAll("h3")].some(
    (head) => head.textContent === title && !glance.contains(head)
      && !head.closest('[data-stale="true"]'),
  );
}

function sayAtOnce(layer, code) {
  dropGlance();
  const place = window.parent !== window && window.parent.document.querySelector(".st-key-card");
  const [title, sub, verdict] = glanceOf(layer, code);
  if (!place || !title) return;
  glance = element("div", "ph-glance");
  const card = element("div", "ph-card");
  card.append(element("h3", "", title), element("p", "ph-sub", sub));
  if (verdict) {
    const line = element("div", "ph-strong");
    line.append(element("dd", "", verdict));
    const head = element("dl", "ph-head");
    head.append(line);
    card.append(head);
  }
  glance.append(card);
  place.scrollTop = 0;
  place.append(glance);
  const [mine, since, turn] = [glance, Date.now(), turns];
  const wait = () => {
    if (glance !== mine) return;
    const over = !place.isConnected || Date.now() > since + GLANCE_MS;
    if (over || (turns > turn && hasCard(place, title, since))) dropGlance();
    else requestAnimationFrame(wait);
  };
  wait();
}
