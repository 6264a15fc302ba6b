/* The single-file page: the screen's own map script, fed from this file alone.
 *
 * All that comes from data is JSON in one inert element and reaches the page
 * with textContent. The map's script fetches its files; here each is a blob of this page.
 */
(function () {
  "use strict";

  const data = JSON.parse(document.getElementById("ph-data").textContent);
  const shown = new Set([...Object.keys(data.state), ...Object.keys(data.pictures)]);
  let chosen = null; // what was found, else what the map was taken away for

  // The map's script tells the server about a click; here nobody listens.
  window.__GLOBAL_DATA__ = {};
  window.Streamlit = { setComponentValue() {} };
  // Nor is the address of a file a link: a browser refuses to change it.
  window.history.replaceState = () => {};

  function address(value) {
    return URL.createObjectURL(new Blob([JSON.stringify(value)], { type: "application/json" }));
  }

  function show() {
    const layers = {};
    for (const [id, classes] of Object.entries(data.state)) layers[id] = shown.has(id) ? classes : "";
    const focus = chosen || (data.bounds && { layer: "view", code: "bounds" });
    const { shapes, notes, bounds, order } = data;
    const on = Object.entries(data.pictures).filter(([name]) => shown.has(name));
    const pictures = Object.fromEntries(on);
    PhuThoMap.show({
      layers, shapes, notes, bounds, order, pictures, focus, selected: chosen, view: null,
    });
  }

  function picture(address) {
    const image = document.createElement("img");
    image.alt = "";
    image.src = address;
    return image;
  }

  function entry(words, address) {
    const item = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = words;
    item.append(picture(address), text);
    return item;
  }

  function addLayer(layer) {
    const group = document.createElement("fieldset");
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.dataset.layer = layer.id;
    box.addEventListener("change", () => {
      if (box.checked) shown.add(layer.id);
      else shown.delete(layer.id);
      show();
    });
    const name = document.createElement("span");
    const [only, ...more] = layer.classes;
    name.textContent = only && !more.length ? only.text : layer.title;
    label.append(box);
    group.append(label);
    if (only && !more.length) {
      label.append(picture(only.picture));
    } else {
      const list = document.createElement("ul");
      list.append(...layer.classes.map((one) => entry(one.text, one.picture)));
      group.append(list);
    }
    label.append(name);
    document.getElementById("ph-layers").append(group);
  }

  /* What is typed is found without its accents, in names first, then in what a tooltip says. */
  const MOST = 8;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
  const known = data.config.layers.filter((layer) => layer.interactive).flatMap((layer) => (
    data.layers[layer.id].features.filter(({ properties }, place) => (
      properties.name && data.state[layer.id][place] !== "."
    )).map(({ properties }) => ({
      layer: layer.id,
      code: properties.code,
      name: properties.name,
      lines: properties[data.config.lang] || [],
    }))
  ));

  function found(typed) {
    const wanted = plain(typed.trim());
    if (!wanted) return [];
    const begins = known.filter((one) => plain(one.name).startsWith(wanted));
    const holds = known.filter((one) => plain([one.name, ...one.lines].join("\n")).includes(wanted));
    return [...new Set([...begins, ...holds])].slice(0, MOST);
  }

  function hit(one) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = one.name;
    const more = document.createElement("small");
    more.textContent = one.lines.join(" · ");
    button.append(more);
    button.addEventListener("click", () => {
      shown.add(one.layer);
      document.querySelectorAll("#ph-layers input").forEach((switched) => {
        switched.checked = shown.has(switched.dataset.layer);
      });
      data.bounds = null;
      chosen = { layer: one.layer, code: one.code };
      show();
    });
    item.append(button);
    return item;
  }

  const box = document.getElementById("ph-find");
  const hits = document.getElementById("ph-hits");
  box.addEventListener("input", () => {
    const now = found(box.value).map(hit);
    hits.replaceChildren(...now);
    if (!now.length && box.value.trim()) hits.textContent = data.none;
  });
  box.addEventListener("keydown", (event) => {
    const first = hits.querySelector("button");
    if (event.key === "Enter" && first) first.click();
  });

  data.config.layers.forEach((layer) => { layer.url = address(data.layers[layer.id]); });
  data.legend.forEach(addLayer);
  const [[south, west], [north, east]] = data.config.bounds;
  const map = L.map("map", {
    zoomSnap: 0.1, zoomDelta: 0.5, wheelPxPerZoomLevel: 90, attributionControl: false,
    center: [(south + north) / 2, (west + east) / 2], zoom: 9,
  });
  PhuThoMap.mount(map, address(data.config));
  show();
})();
