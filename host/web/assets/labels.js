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
/** Beside the cable: above, below, right, left. */
const SIDES = [
  [0, -1],
  [0, 1],
  [1, 0],
  [-1, 0],
];
/** What it costs to stand outside the drawing, and over a card or another label; a piece of a cable costs 1. */
const OUTSIDE = 50;
const COVERED = 40;

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
      for (const [dx, dy] of SIDES) {
        const box = { x: x + dx * (w / 2 + CLEAR_PX + away), y: y + dy * (h / 2 + CLEAR_PX + away), w, h };
        const trouble = troubleOf(box, obstacles, least);
        if (trouble < least) [best, least] = [box, trouble];
        if (least === 0) return best;
      }
    }
  }
  return best;
}

/** How much is in the way; from `enough` on it does not matter how much more. */
function troubleOf(box, { points, boxes, width }, enough) {
  let trouble = Math.abs(box.x - width / 2) + box.w / 2 > width / 2 ? OUTSIDE : 0;
  for (const other of boxes) {
    if (trouble >= enough) return trouble;
    const isOver =
      Math.abs(other.x - box.x) < (other.w + box.w) / 2 && Math.abs(other.y - box.y) < (other.h + box.h) / 2;
    if (isOver) trouble += COVERED;
  }
  const [halfW, halfH] = [box.w / 2 + CLEAR_PX, box.h / 2 + CLEAR_PX - 1];
  for (const point of points) {
    if (trouble >= enough) return trouble;
    if (Math.abs(point.x - box.x) < halfW && Math.abs(point.y - box.y) < halfH) trouble += 1;
  }
  return trouble;
}
