/**
 * Where the label of a cable stands: near its middle, and never on light, cards or other labels. Pure.
 *
 * @module labels
 */
import { spot } from "./geometry.js";

/** Shares of the cable's length where it is tried, the best first. */
const SHARES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
/** How far from the cable it is tried `[px]`. */
const AWAY_PX = [0, 8, 16, 26, 40, 60];
/** Between a label and light `[px]`: half a cable. */
const CLEAR_PX = 8;

/**
 * @param {object} curve its cable
 * @param {number} w width of the label `[px]`
 * @param {number} h height of the label `[px]`
 * @param {{points: import("./geometry.js").Point[], boxes: import("./geometry.js").Box[], width: number}} obstacles
 *   points of all cables, what else is in the way, and the width of the drawing `[px]`
 * @returns {import("./geometry.js").Box} the best place; the nearest one if none is clear
 */
export function labelPlace(curve, w, h, obstacles) {
  let best = null;
  let least = Infinity;
  for (const away of AWAY_PX) {
    for (const share of SHARES) {
      const { x, y } = spot(curve, share);
      for (const [dx, dy] of [
        [0, -1],
        [0, 1],
        [1, 0],
        [-1, 0],
      ]) {
        const box = { x: x + dx * (w / 2 + CLEAR_PX + away), y: y + dy * (h / 2 + CLEAR_PX + away), w, h };
        const trouble = overlaps(box, obstacles);
        if (trouble < least) [best, least] = [box, trouble];
        if (trouble === 0) return box;
      }
    }
  }
  return best;
}

function overlaps(box, { points, boxes, width }) {
  const [halfW, halfH] = [box.w / 2 + CLEAR_PX, box.h / 2 + CLEAR_PX - 1];
  let count = Math.abs(box.x - width / 2) + box.w / 2 > width / 2 ? 50 : 0;
  for (const point of points)
    if (Math.abs(point.x - box.x) < halfW && Math.abs(point.y - box.y) < halfH) count += 1;
  for (const other of boxes) {
    if (
      Math.abs(other.x - box.x) < (other.w + box.w) / 2 &&
      Math.abs(other.y - box.y) < (other.h + box.h) / 2
    )
      count += 40;
  }
  return count;
}
