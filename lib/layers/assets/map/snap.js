/* What a drawn corner is caught by, and the way along a line. A part of the script of ground.js.
 *
 * Lines are the commune lines as published, each from one meeting of lines to the next:
 * [[longitude, latitude], ...]. A place on a line is {line, at, place}: which line, how far
 * along it (corners counted from 0, 1.5 is half way from the second to the third), and where.
 */

const SNAP_PX = 12;
const ON_LINE_DEG = 1e-9; // a tenth of a millimetre

function onSegment([x, y], [x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const square = dx * dx + dy * dy;
  const share = square ? Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / square)) : 0;
  return { share, away: Math.hypot(x1 + share * dx - x, y1 + share * dy - y) };
}

/* The place on a line nearest to `at`, both measured as `flat` puts them; null beyond `reach`. */
function nearestOnLines(lines, at, reach, flat) {
  const here = flat(at);
  let found = null;
  lines.forEach((line, number) => {
    let before = flat(line[0]);
    for (let i = 1; i < line.length; i += 1) {
      const after = flat(line[i]);
      const { share, away } = onSegment(here, before, after);
      if (away <= reach && (!found || away < found.away)) {
        const [[x1, y1], [x2, y2]] = [line[i - 1], line[i]];
        const place = share === 1 ? line[i] : [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
        found = { line: number, at: i - 1 + share, place, away };
      }
      before = after;
    }
  });
  return found;
}

function onLine(lines, place) {
  return nearestOnLines(lines, place, ON_LINE_DEG, (one) => one);
}

function nearestPoint(points, at, reach, flat) {
  const here = flat(at);
  let found = null;
  for (const point of points) {
    const [x, y] = flat(point);
    const away = Math.hypot(x - here[0], y - here[1]);
    if (away <= reach && (!found || away < found.away)) found = { place: point, away };
  }
  return found;
}

/* Corners of a line strictly between two places along it, in the order of going. */
function between(line, from, to) {
  if (from > to) return between(line, to, from).reverse();
  return line.slice(Math.floor(from) + 1, Math.ceil(to));
}

function wayLength(places) {
  const shrink = Math.cos((places[0][1] * Math.PI) / 180);
  return places.slice(1).reduce((sum, [x, y], i) => (
    sum + Math.hypot((x - places[i][0]) * shrink, y - places[i][1])
  ), 0);
}

/* The corners between two places on lines, by the shortest way along them; null for no way. */
function wayAlong(lines, start, end) {
  const steps = new Map(); // name of a meeting -> ways that leave it
  const name = (place) => place.join(" ");
  const link = (from, to, inner, ends) => {
    const far = wayLength([ends[0], ...inner, ends[1]]);
    if (!steps.has(from)) steps.set(from, []);
    steps.get(from).push({ to, inner, end: ends[1], far });
  };
  const both = (from, to, inner, ends) => {
    link(from, to, inner, ends);
    link(to, from, [...inner].reverse(), [...ends].reverse());
  };
  lines.forEach((line) => both(
    name(line[0]), name(line.at(-1)), line.slice(1, -1), [line[0], line.at(-1)],
  ));
  for (const [who, one] of [["start", start], ["end", end]]) {
    const line = lines[one.line];
    both(who, name(line[0]), between(line, one.at, 0), [one.place, line[0]]);
    both(who, name(line.at(-1)), between(line, one.at, line.length - 1), [one.place, line.at(-1)]);
  }
  if (start.line === end.line) {
    const inner = between(lines[start.line], start.at, end.at);
    link("start", "end", inner, [start.place, end.place]);
  }
  return shortest(steps);
}

function shortest(steps) {
  const best = new Map([["start", { far: 0, way: [] }]]);
  const open = new Set(["start"]);
  while (open.size) {
    const here = [...open].reduce((a, b) => (best.get(b).far < best.get(a).far ? b : a));
    if (here === "end") return best.get(here).way;
    open.delete(here);
    for (const { to, inner, end, far } of steps.get(here) || []) {
      const sum = best.get(here).far + far;
      if (best.has(to) && best.get(to).far <= sum) continue;
      const corner = to === "end" ? [] : [end];
      best.set(to, { far: sum, way: [...best.get(here).way, ...inner, ...corner] });
      open.add(to);
    }
  }
  return null;
}
