/**
 * From values to pixels, and the marks on axes. Pure.
 *
 * @module scale
 */

/** The smallest of 1, 2, 5 times a power of ten that is at least `size`. */
function nice(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return ([1, 2, 5].find((factor) => factor * power >= size * 0.999) ?? 10) * power;
}

/**
 * An axis of values with round ends: it seldom changes while values come.
 *
 * @param {number} low least value
 * @param {number} high greatest value
 * @param {number} count marks at most, about
 * @returns {{low: number, high: number, marks: number[], decimals: number}}
 */
export function valueAxis(low, high, count) {
  if (!(low <= high)) [low, high] = [0, 1];
  if (low > 0 && low < high * 0.7) low = 0;
  if (high < 0 && high > low * 0.7) high = 0;
  if (low === high)
    [low, high] = low === 0 ? [0, 1] : [low - Math.abs(low) * 0.1, high + Math.abs(high) * 0.1];
  const apart = nice((high - low) / count);
  const first = Math.floor(low / apart + 1e-9);
  const last = Math.ceil(high / apart - 1e-9);
  const marks = Array.from({ length: last - first + 1 }, (_, mark) => (first + mark) * apart);
  return {
    low: marks[0],
    high: marks.at(-1),
    marks,
    decimals: Math.max(0, -Math.floor(Math.log10(apart) + 1e-9)),
  };
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const APART = [1, 5, 10, 30, 60, 300, 600, 1800]
  .map((seconds) => seconds * SECOND)
  .concat([1, 2, 3, 6, 12].map((hours) => hours * HOUR))
  .concat([1, 2, 7, 14, 30.4375, 91.3125, 365.25].map((days) => days * DAY));

/**
 * Marks on a time axis: at round times of day, and from a day on at midnights.
 *
 * @param {number} from first time `[ms]`
 * @param {number} to last time `[ms]`
 * @param {number} count marks at most
 * @returns {{marks: number[], apart: number}} times `[ms]`
 */
export function timeAxis(from, to, count) {
  const apart = APART.find((size) => (to - from) / size <= count) ?? nice((to - from) / count / DAY) * DAY;
  const first = Math.ceil(from / apart);
  const marks = [];
  for (let mark = first; mark * apart <= to && marks.length < 100; mark += 1) {
    const time = mark * apart;
    marks.push(apart > DAY ? Math.round(time / DAY) * DAY : time);
  }
  return { marks, apart };
}
