/**
 * Numbers and dates as people read them. Pure.
 *
 * @module format
 */

/** Stands where there is no value. */
export const NONE = "–";

/** A number with a fixed count of decimals and a true minus sign; no "−0.0". */
export function fixed(number, decimals) {
  const text = number.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/**
 * A value as text, of a width that hardly changes: one decimal for powers, energies and shares, none for whole
 * numbers without a unit, four digits for the rest.
 *
 * @param {number|string|null} value a cell of a moment
 * @param {string} unitName its unit; empty if it has none
 */
export function value(value, unitName) {
  if (value === null || value === undefined) return NONE;
  if (typeof value !== "number") return value;
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return value.toExponential(2).replaceAll("-", "−");
  if (["kW", "kWh", "%", "°C", "m/s", "W"].includes(unitName)) return fixed(value, 1);
  if (unitName === "" && Number.isInteger(value)) return fixed(value, 0);
  return fixed(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

/** A value and its unit, for titles and lists. */
export function quantity(number, unitName) {
  return unitName === "" ? value(number, unitName) : `${value(number, unitName)}\u00a0${unitName}`;
}

/** A share from 0 to 1 as per cent. */
export function percent(share) {
  return share === null || share === undefined ? NONE : `${fixed(share * 100, 0)}\u00a0%`;
}

/** A span of real time `[s]` in its two greatest units. */
export function span(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 10) return `${fixed(seconds, 1)}\u00a0s`;
  const parts = [
    [86400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = Math.max(
    0,
    parts.findIndex(([size]) => seconds >= size),
  );
  let rest = seconds;
  return parts
    .slice(first, first + 2)
    .map(([size, name]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return `${count}\u00a0${name}`;
    })
    .join(" ");
}

/*
 * Simulated time has no time zone. Everything counts as UTC in here, and nobody sees it.
 */
const formatter = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
const DATE = formatter({ weekday: "short", day: "numeric", month: "long", year: "numeric" });
const DAY = formatter({ day: "numeric", month: "short" });
const MONTH = formatter({ month: "short", year: "numeric" });
const CLOCK = formatter({ hour: "2-digit", minute: "2-digit" });
const SECONDS = formatter({ hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** `YYYY-MM-DDThh:mm:ss` as milliseconds, for the functions below; not a number where there is no run. */
export function parseTime(text) {
  return Date.parse(`${text}Z`);
}

/** The date of a time `[ms]`: "Thu, 20 June 2024". */
export function date(time) {
  return Number.isNaN(time) ? "" : DATE.format(time);
}

/** The time of day: "15:30", and with seconds where steps are shorter than a minute. */
export function clock(time, resolutionS = 60) {
  if (Number.isNaN(time)) return NONE;
  return (resolutionS % 60 === 0 ? CLOCK : SECONDS).format(time);
}

/** A mark on a time axis whose marks are `apart` `[ms]`. */
export function timeMark(time, apart) {
  if (Number.isNaN(time)) return "";
  if (apart >= 28 * 86_400_000) return MONTH.format(time);
  if (time % 86_400_000 === 0) return DAY.format(time);
  return clock(time, apart < 60_000 ? 1 : 60);
}

/** The time of day here, for what a person has just done. */
export function now() {
  return new Date().toLocaleTimeString("en-GB");
}
