/**
 * Lines on the table. Pure; lengths in pixels `[px]`.
 *
 * @typedef {{x: number, y: number}} Point
 * @typedef {{x: number, y: number, w: number, h: number}} Box its centre and size
 * @typedef {{x: number, y: number, nx: number, ny: number}} Spot a point and the unit normal there
 *
 * @module geometry
 */

/** Pieces that a curve is measured in: enough for its LEDs to look evenly spaced. */
const PIECES = 48;

/** A side of a card, as the direction out of it. */
export const SIDES = { left: [-1, 0], right: [1, 0], top: [0, -1], bottom: [0, 1] };

/** Which side of `box` looks at `other`. */
export function sideTowards(box, other) {
  const dx = other.x - box.x;
  const dy = other.y - box.y;
  if (Math.abs(dx) * box.h >= Math.abs(dy) * box.w * 0.6) return dx >= 0 ? "right" : "left";
  return dy >= 0 ? "bottom" : "top";
}

/** The point on a side of a box, for place `index` of `count` places that share it evenly. */
export function anchor(box, side, index, count) {
  const [dx, dy] = SIDES[side];
  const share = (index + 1) / (count + 1) - 0.5;
  return {
    x: box.x + (dx * box.w) / 2 + (dx === 0 ? share * box.w : 0),
    y: box.y + (dy * box.h) / 2 + (dy === 0 ? share * box.h : 0),
  };
}

/** A cubic curve that leaves `from` and reaches `to` in the given outward directions. */
export function curve(from, fromOut, to, toOut) {
  const reach = Math.max(24, Math.hypot(to.x - from.x, to.y - from.y) * 0.42);
  return measure([
    from,
    { x: from.x + fromOut[0] * reach, y: from.y + fromOut[1] * reach },
    { x: to.x + toOut[0] * reach, y: to.y + toOut[1] * reach },
    to,
  ]);
}

/** A straight line, as a curve. */
export function line(from, to) {
  const between = (share) => ({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
  return measure([from, between(1 / 3), between(2 / 3), to]);
}

function pointAt([a, b, c, d], t) {
  const u = 1 - t;
  const [k0, k1, k2, k3] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return { x: k0 * a.x + k1 * b.x + k2 * c.x + k3 * d.x, y: k0 * a.y + k1 * b.y + k2 * c.y + k3 * d.y };
}

function measure(control) {
  const points = Array.from({ length: PIECES + 1 }, (_, piece) => pointAt(control, piece / PIECES));
  const lengths = [0];
  for (let piece = 1; piece <= PIECES; piece += 1) {
    const [a, b] = [points[piece - 1], points[piece]];
    lengths.push(lengths[piece - 1] + Math.hypot(b.x - a.x, b.y - a.y));
  }
  return { control, points, lengths, length: lengths[PIECES] };
}

/**
 * The spot at a share of a curve's length.
 *
 * @param {object} measured a curve
 * @param {number} share 0 to 1
 * @returns {Spot}
 */
export function spot(measured, share) {
  const wanted = share * measured.length;
  let piece = 1;
  while (piece < PIECES && measured.lengths[piece] < wanted) piece += 1;
  const [a, b] = [measured.points[piece - 1], measured.points[piece]];
  const size = Math.max(1e-9, measured.lengths[piece] - measured.lengths[piece - 1]);
  const part = (wanted - measured.lengths[piece - 1]) / size;
  return {
    x: a.x + (b.x - a.x) * part,
    y: a.y + (b.y - a.y) * part,
    nx: -(b.y - a.y) / size,
    ny: (b.x - a.x) / size,
  };
}

/** A curve as the `d` of an SVG path. */
export function pathData({ control: [a, b, c, d] }) {
  const at = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return `M${at(a)}C${at(b)} ${at(c)} ${at(d)}`;
}
