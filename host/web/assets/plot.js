/**
 * Lines over time on a canvas. Knows nothing of where values come from.
 *
 * Where several steps fall into one pixel, the band from the least to the greatest is filled: no peak gets lost.
 *
 * @typedef {{item: string, unit: string, style: number, step: number[], min: (number|null)[], max: (number|null)[]}} Series
 *   a bucket begins at its step and lasts until the next one; `style` is its colour and dashes
 *
 * @module plot
 */
import { h } from "./dom.js";
import * as format from "./format.js";
import { timeAxis, valueAxis } from "./scale.js";

/** Dashes tell lines apart where colours do not. */
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [12, 4], [4, 4], [1, 3], [7, 2, 1, 2]];
/** Colours and dashes that there are. */
export const STYLES = DASHES.length;
/** Steps that are narrower are no stairs but a line `[px]`. */
const STAIRS_PX = 8;
/** Least steps in view. */
const LEAST_STEPS = 4;

/** The canvas. */
export class Plot {
  /**
   * @param {object} wishes what the person does
   * @param {(from: number, to: number) => void} wishes.view other steps are to be shown
   * @param {(step: number|null) => void} wishes.cursor the cursor is at another step
   */
  constructor(wishes) {
    this.wishes = wishes;
    this.series = [];
    this.view = { from: 0, to: 1 };
    this.limit = 1;
    this.cursor = null;
    this.zooming = null;
    this.canvas = h("canvas", { tabindex: 0, role: "img" });
    this.element = h("div", { class: "plot" }, this.canvas);
    this.frame = 0;
    new ResizeObserver(() => this.draw()).observe(this.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  /** The run that the steps are of. */
  setRun({ start, resolution_s: resolutionS, steps }) {
    this.startMs = format.parseTime(start);
    this.stepMs = resolutionS * 1000;
    this.limit = Math.max(1, steps);
  }

  /** Other values, or other steps in view; drawn with the next picture of the screen. */
  show(series, view) {
    this.series = series;
    this.view = view;
    this.draw();
  }

  /** Draws with the next picture of the screen. */
  draw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.#paint();
    });
  }

  /** The pixels between the axes, across. */
  get width() {
    return Math.max(50, this.#frame().w);
  }

  /** The time of a step `[ms]`. */
  timeOf(step) {
    return this.startMs + step * this.stepMs;
  }

  /** The step under a pixel of the canvas. */
  stepAt(x) {
    const { x: left, w } = this.#frame();
    return this.view.from + ((x - left) / w) * (this.view.to - this.view.from);
  }

  /** Asks for other steps, inside the run and not too few. */
  ask(from, to) {
    const size = Math.min(this.limit, Math.max(LEAST_STEPS, to - from));
    const first = Math.min(this.limit - size, Math.max(0, from));
    this.wishes.view(first, first + size);
  }

  /** Zooms by a factor around a step. */
  zoom(factor, around) {
    const { from, to } = this.view;
    this.ask(around - (around - from) * factor, around + (to - around) * factor);
  }

  /** Puts the cursor to a step in view, or (`null`) away. */
  setCursor(step) {
    const { from, to } = this.view;
    this.cursor = step === null ? null : Math.round(Math.min(to - 1, Math.max(from, step)));
    this.wishes.cursor(this.cursor);
    this.draw();
  }

  /** Marks what is being chosen to zoom into: two pixels, or nothing. */
  setZooming(range) {
    this.zooming = range;
    this.draw();
  }

  #units() {
    return [...new Set(this.series.map((series) => series.unit))];
  }

  /** The rectangle between the axes; the axes of units stand left and right in turn. */
  #frame() {
    const rem = parseFloat(getComputedStyle(this.element).fontSize);
    const axis = 3.4 * rem;
    const units = Math.max(1, this.#units().length);
    const [left, right] = [Math.ceil(units / 2) * axis, Math.max(1.6 * rem, Math.floor(units / 2) * axis)];
    const { clientWidth: w, clientHeight: height } = this.element;
    return { x: left, y: 1.7 * rem, w: w - left - right, h: height - 3.6 * rem, axis, rem };
  }

  #paint() {
    const { clientWidth: w, clientHeight: height } = this.element;
    if (w === 0 || height === 0 || this.startMs === undefined) return;
    const ratio = devicePixelRatio;
    const [pixelsX, pixelsY] = [Math.round(w * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== pixelsX || this.canvas.height !== pixelsY)
      Object.assign(this.canvas, { width: pixelsX, height: pixelsY });
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, w, height);
    const style = getComputedStyle(this.element);
    const colour = (name) => style.getPropertyValue(`--${name}`);
    pen.font = `${0.8 * parseFloat(style.fontSize)}px ${style.fontFamily}`;
    const frame = this.#frame();
    this.#paintTimes(pen, frame, colour);
    const axes = this.#units().map((unit, index) => this.#paintAxis(pen, frame, colour, unit, index));
    pen.save();
    pen.beginPath();
    pen.rect(frame.x, frame.y - 1, frame.w, frame.h + 2);
    pen.clip();
    const units = this.#units();
    for (const series of this.series)
      this.#paintSeries(pen, frame, colour, series, axes[units.indexOf(series.unit)]);
    pen.restore();
    this.#paintMarks(pen, frame, colour);
  }

  #x(frame, step) {
    return frame.x + ((step - this.view.from) / (this.view.to - this.view.from)) * frame.w;
  }

  #paintTimes(pen, frame, colour) {
    const { marks, apart } = timeAxis(
      this.timeOf(this.view.from),
      this.timeOf(this.view.to),
      Math.max(2, frame.w / (5.5 * frame.rem)),
    );
    pen.textAlign = "center";
    pen.textBaseline = "top";
    pen.lineWidth = 1;
    for (const time of marks) {
      const x = Math.round(this.#x(frame, (time - this.startMs) / this.stepMs)) + 0.5;
      pen.strokeStyle = colour("line");
      pen.beginPath();
      pen.moveTo(x, frame.y);
      pen.lineTo(x, frame.y + frame.h + 4);
      pen.stroke();
      pen.fillStyle = colour("muted");
      pen.fillText(format.timeMark(time, apart), x, frame.y + frame.h + 7);
    }
  }

  /** The least and the greatest value of a unit among the buckets in view. */
  #range(unit) {
    let [low, high] = [Infinity, -Infinity];
    for (const { step, min, max } of this.series.filter((series) => series.unit === unit)) {
      for (let index = 0; index < step.length; index += 1) {
        const isSeen = step[index] <= this.view.to && (step[index + 1] ?? Infinity) >= this.view.from;
        if (!isSeen || min[index] === null) continue;
        low = Math.min(low, min[index]);
        high = Math.max(high, max[index]);
      }
    }
    return [low, high];
  }

  #paintAxis(pen, frame, colour, unit, index) {
    const [low, high] = this.#range(unit);
    const axis = valueAxis(low, high, Math.max(2, frame.h / (2.6 * frame.rem)));
    const isLeft = index % 2 === 0;
    const off = Math.floor(index / 2) * frame.axis;
    const x = Math.round(isLeft ? frame.x - off : frame.x + frame.w + off) + 0.5;
    pen.textAlign = isLeft ? "right" : "left";
    pen.textBaseline = "middle";
    const text = x + (isLeft ? -7 : 7);
    for (const mark of axis.marks) {
      const y = Math.round(frame.y + frame.h - ((mark - axis.low) / (axis.high - axis.low)) * frame.h) + 0.5;
      pen.strokeStyle = colour("line");
      pen.beginPath();
      pen.moveTo(index === 0 ? frame.x : x, y);
      pen.lineTo(index === 0 ? frame.x + frame.w : x + (isLeft ? -4 : 4), y);
      pen.stroke();
      pen.fillStyle = colour("muted");
      pen.fillText(format.fixed(mark, axis.decimals), text, y);
    }
    pen.strokeStyle = colour("muted");
    pen.beginPath();
    pen.moveTo(x, frame.y);
    pen.lineTo(x, frame.y + frame.h);
    pen.stroke();
    pen.fillStyle = colour("ink");
    pen.fillText(unit, text, frame.y - 0.9 * frame.rem);
    return axis;
  }

  /** Values hold for their step: where there is room to see it, lines are stairs. */
  #paintSeries(pen, frame, colour, { style, step, min, max }, axis) {
    const y = (value) => frame.y + frame.h - ((value - axis.low) / (axis.high - axis.low)) * frame.h;
    const next = (index) =>
      step[index + 1] ?? step[index] + (step[index] - (step[index - 1] ?? step[index] - 1));
    const isStairs = step.length < 2 || this.#x(frame, step[1]) - this.#x(frame, step[0]) > STAIRS_PX;
    const isDense = step.length > 1 && step[1] - step[0] > 1;
    pen.strokeStyle = colour(`series-${style + 1}`);
    pen.fillStyle = pen.strokeStyle;
    pen.setLineDash(isDense ? [] : DASHES[style]);
    pen.lineWidth = 1.8;
    pen.lineJoin = "round";
    if (isDense) [pen.lineWidth, pen.globalAlpha] = [1, 0.8];
    let index = 0;
    while (index < step.length) {
      if (min[index] === null) {
        index += 1;
        continue;
      }
      const begin = index;
      pen.beginPath();
      for (; index < step.length && min[index] !== null; index += 1) {
        pen.lineTo(this.#x(frame, step[index]), y(max[index]));
        if (isStairs) pen.lineTo(this.#x(frame, next(index)), y(max[index]));
      }
      pen.stroke();
      if (!isDense) continue;
      for (let back = index - 1; back >= begin; back -= 1) {
        if (isStairs) pen.lineTo(this.#x(frame, next(back)), y(min[back]));
        pen.lineTo(this.#x(frame, step[back]), y(min[back]));
      }
      pen.globalAlpha = 0.4;
      pen.fill();
      pen.globalAlpha = 0.8;
    }
    pen.globalAlpha = 1;
    pen.setLineDash([]);
  }

  #paintMarks(pen, frame, colour) {
    if (this.zooming !== null) {
      const [a, b] = this.zooming;
      pen.fillStyle = colour("accent");
      pen.globalAlpha = 0.18;
      pen.fillRect(Math.min(a, b), frame.y, Math.abs(b - a), frame.h);
      pen.globalAlpha = 1;
    }
    if (this.cursor === null || this.cursor < this.view.from || this.cursor > this.view.to) return;
    const x = Math.round(this.#x(frame, this.cursor + 0.5)) + 0.5;
    pen.strokeStyle = colour("ink");
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x, frame.y);
    pen.lineTo(x, frame.y + frame.h);
    pen.stroke();
  }
}
