/* The rings of an outline while it is drawn, with all that can be undone. A part of ground.js.
 *
 * A state is {rings, open}: rings of [longitude, latitude] without the first corner again, and
 * the number of the ring that is not closed yet, -1 for none. States are never changed.
 */

const LEAST_CORNERS = 3;

/* Not toSpliced(): the last browser of Windows 7 has none. */
function spliced(list, at, gone, ...more) {
  return [...list.slice(0, at), ...more, ...list.slice(at + gone)];
}

function makeDraft(rings) {
  const past = [{ rings, open: -1 }];
  let now = 0;

  const state = () => past[now];
  const put = (changed, open = state().open) => {
    past.splice(now + 1);
    now = past.push({ rings: changed, open }) - 1;
  };
  const withRing = (number, ring) => state().rings.map((old, i) => (i === number ? ring : old));

  return {
    state,
    undoable: () => now > 0,
    redoable: () => now < past.length - 1,
    undo() { if (this.undoable()) now -= 1; },
    redo() { if (this.redoable()) now += 1; },
    /* Corners at the end of the ring that is open; without one a new ring begins. */
    add(places) {
      const { rings: all, open } = state();
      if (open < 0) put([...all, places], all.length);
      else put(withRing(open, [...all[open], ...places]));
    },
    insert(ring, at, place) {
      put(withRing(ring, spliced(state().rings[ring], at, 0, place)));
    },
    move(ring, at, place) {
      put(withRing(ring, spliced(state().rings[ring], at, 1, place)));
    },
    /* A closed ring that is left with two corners is none, an open one without any neither. */
    remove(ring, at) {
      const { rings: all, open } = state();
      const left = spliced(all[ring], at, 1);
      if (left.length && (ring === open || left.length >= LEAST_CORNERS)) put(withRing(ring, left));
      else put(spliced(all, ring, 1), ring < open ? open - 1 : ring === open ? -1 : open);
    },
    closable: () => state().open >= 0 && state().rings[state().open].length >= LEAST_CORNERS,
    close() { if (this.closable()) put(state().rings, -1); },
    /* Drop the ring that is open; without one all that is drawn. */
    cancel() {
      const { rings: all, open } = state();
      if (open >= 0) put(spliced(all, open, 1), -1);
      else if (all.length) put([], -1);
    },
    closed: () => state().rings.filter((_, i) => i !== state().open),
  };
}
