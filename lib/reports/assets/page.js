/* The single-file page: the screen's own map script, fed from this file alone.
 *
 * All that comes from data is JSON in one inert element and reaches the page
 * with textContent. The map's script fetches its files; here each is a blob of this page.
 */
(function () {
  "use strict";

  const data = JSON.parse(document.getElementById("ph-data").textContent);
  const shown = new Set([...Object.keys(data.state), ...Object.keys(data.pictures)]);

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
    const focus = data.bounds && { layer: "view", code: "bounds" };
    const { shapes, notes, bounds, order } = data;
    const on = Object.entries(data.pictures).filter(([name]) => shown.has(name));
    const pictures = Object.fromEntries(on);
    PhuThoMap.show({
      layers, shapes, notes, bounds, order, pictures, focus, selected: null, view: null,
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
