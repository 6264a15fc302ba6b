/* Copies the address of the page as the browser shows it now: page, filters, selection, view. */
const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

/* Without TLS a browser offers no clipboard, but still copies what is selected. */
function copySelected(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.cssText = "position:fixed;opacity:0";
  document.body.appendChild(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function copy(text) {
  if (!navigator.clipboard) return copySelected(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (refused) {
    return copySelected(text);
  }
}

export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  const said = parentElement.querySelector("output");
  const field = parentElement.querySelector("input");
  button.textContent = data.label;
  button.hidden = false;
  field.setAttribute("aria-label", data.label);
  button.onclick = async () => {
    const address = window.location.href;
    const done = await copy(address);
    const local = LOCAL.includes(window.location.hostname);
    if (done) said.textContent = local ? data.doneLocal : data.done;
    else said.textContent = local ? `${data.byHand} ${data.local}` : data.byHand;
    field.value = address;
    field.hidden = done;
    if (!done) field.select();
  };
}
