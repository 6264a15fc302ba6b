/* Metres and hectares on the screen: the plane lib/geo measures in. A part of the script of ground.js.
 *
 * Places are [longitude, latitude], WGS 84. The datum shift to VN-2000 is left out: it moves a
 * shape by 200 m and changes its area by a hundred-thousandth.
 */

const ZONE_DEG = 1.5; // half a zone of three degrees
const HA_M2 = 10000;

/* Transverse Mercator after Krüger, to the third order: within a millimetre in the zone. */
function transverseMercator({ axis, flattening, scale, meridian }) {
  const n = flattening / (2 - flattening);
  const radius = (scale * axis * (1 + n ** 2 / 4 + n ** 4 / 64)) / (1 + n);
  const series = [
    n / 2 - (2 * n ** 2) / 3 + (5 * n ** 3) / 16,
    (13 * n ** 2) / 48 - (3 * n ** 3) / 5,
    (61 * n ** 3) / 240,
  ];
  const e = (2 * Math.sqrt(n)) / (1 + n);
  return ([lng, lat]) => {
    const sine = Math.sin((lat * Math.PI) / 180);
    const east = ((lng - meridian) * Math.PI) / 180;
    const t = Math.sinh(Math.atanh(sine) - e * Math.atanh(e * sine));
    const xi = Math.atan2(t, Math.cos(east));
    const eta = Math.atanh(Math.sin(east) / Math.hypot(1, t));
    let [x, y] = [eta, xi];
    series.forEach((a, i) => {
      const j = 2 * (i + 1);
      x += a * Math.cos(j * xi) * Math.sinh(j * eta);
      y += a * Math.sin(j * xi) * Math.cosh(j * eta);
    });
    return [radius * x, radius * y];
  };
}

/* The plane of the province; beyond its zone, where that would stretch, one of the shape's own. */
function planeOf(places) {
  const { plane } = config;
  const sides = places.map(([lng]) => lng);
  const [west, east] = [Math.min(...sides), Math.max(...sides)];
  const far = Math.max(plane.meridian - west, east - plane.meridian) > ZONE_DEG;
  return transverseMercator(far ? { ...plane, meridian: (west + east) / 2, scale: 1 } : plane);
}

function metres(places) {
  const flat = places.map(planeOf(places));
  return flat.slice(1).reduce(
    (sum, [x, y], i) => sum + Math.hypot(x - flat[i][0], y - flat[i][1]), 0,
  );
}

function ringM2(ring, project) {
  const flat = ring.map(project);
  const [[x0, y0]] = flat;
  let twice = 0;
  flat.forEach(([x, y], i) => {
    const [nextX, nextY] = flat[(i + 1) % flat.length];
    twice += (x - x0) * (nextY - y0) - (nextX - x0) * (y - y0);
  });
  return Math.abs(twice) / 2;
}

function inRing([x, y], ring) {
  let inside = false;
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  });
  return inside;
}

/* Square metres of rings: one inside another is a hole, one inside a hole is land again. */
function squareMetres(rings) {
  const sound = rings.filter((ring) => ring.length > 2);
  if (!sound.length) return 0;
  const project = planeOf(sound.flat());
  return sound.reduce((sum, ring) => {
    const depth = sound.filter((other) => other !== ring && inRing(ring[0], other)).length;
    return sum + (depth % 2 ? -1 : 1) * ringM2(ring, project);
  }, 0);
}

/* ---- as Vietnamese and English write numbers ----------------------------- */

function figure(value, digits, unit) {
  const locale = config.lang === "vi" ? "vi-VN" : "en-GB";
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `${new Intl.NumberFormat(locale, options).format(value)}\u00a0${unit}`;
}

function lengthWords(value) {
  return value < 10000 ? figure(value, value < 100 ? 1 : 0, "m") : figure(value / 1000, 2, "km");
}

function areaWords(m2) {
  const hectares = figure(m2 / HA_M2, 2, "ha");
  return m2 < 10 * HA_M2 ? `${hectares} (${figure(m2, 0, "m²")})` : hectares;
}
