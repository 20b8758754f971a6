/**
 * A plot of chosen items: asks for their values, adds what comes live, and lists them with their values.
 *
 * ```text
 *   /api/v1/series ─▶ as many points as pixels ─▶ Plot
 *   moments ─▶ one point per step ────────────────▲      steps that were missed ─▶ ask again
 * ```
 *
 * Invariants: what is drawn stays until what replaces it is there; at most one question is on its way; values in
 * memory are bounded by the pixels and by [`FRESH`].
 *
 * @module plots
 */
import * as api from "./api.js";
import { h, icon, setAttribute, setText } from "./dom.js";
import * as format from "./format.js";
import { Plot, STYLES } from "./plot.js";
import { handle } from "./plot_hands.js";
import { texts } from "./texts.js";

/** Points that are added live before the host is asked for fewer. */
const FRESH = 600;
/** Between questions because of missed steps or a long tail `[ms]`. */
const AGAIN_MS = 1500;
/** After the last movement of a zoom, before the host is asked `[ms]`. */
const SETTLE_MS = 80;
/** Steps in view at the beginning of a run, at least. */
const FIRST_STEPS = 96;

/** A plot with its legend and buttons. */
export class Plots {
  /** @param {{removable: boolean}} options whether items can be taken out in the legend */
  constructor({ removable }) {
    this.removable = removable;
    this.scene = null;
    this.chosen = [];
    this.data = new Map();
    this.done = 0;
    this.zoomed = null;
    this.plot = new Plot({ view: (from, to) => this.#look({ from, to }), cursor: () => this.#showValues() });
    handle(this.plot, () => this.#look(null));
    this.legend = h("ul", { class: "legend" });
    this.when = h("span", { class: "when" });
    this.problem = h("p", { class: "problem", role: "status" });
    this.empty = h("p", { class: "empty" }, texts.plotEmpty);
    this.plot.element.append(this.empty);
    const button = (name, title, sign, action) =>
      h("button", { type: "button", "data-do": name, title, "aria-label": title, onclick: action }, sign);
    const middle = () => this.plot.cursor ?? (this.plot.view.from + this.plot.view.to) / 2;
    this.bar = h(
      "div",
      { class: "plot-bar" },
      this.when,
      button("zoom-in", texts.zoomIn, "+", () => this.plot.zoom(0.5, middle())),
      button("zoom-out", texts.zoomOut, "−", () => this.plot.zoom(2, middle())),
      button("zoom-all", texts.wholeRun, texts.wholeRun, () => this.#look(null)),
    );
    this.element = h("div", { class: "plots" }, this.bar, this.plot.element, this.legend, this.problem);
    this.plot.canvas.title = texts.plotHelp;
  }

  /** Another run: items that it has too stay chosen. */
  setScene(scene) {
    this.scene = scene;
    this.plot.setRun(scene);
    this.zoomed = null;
    this.data.clear();
    this.done = 0;
    this.choose(this.chosen.filter((name) => scene.items.some(({ item }) => item === name)));
  }

  /** Shows these items, in this order. */
  choose(items) {
    this.chosen = items;
    for (const item of this.data.keys()) if (!items.includes(item)) this.data.delete(item);
    this.rows = items.map((item) => this.#row(item));
    this.legend.replaceChildren(...this.rows.map(({ element }) => element));
    this.empty.hidden = items.length > 0;
    setAttribute(this.plot.canvas, "aria-label", texts.plotLabel(items));
    this.#draw();
    this.#ask(0);
  }

  #row(item) {
    const { unit } = this.scene.items.find((each) => each.item === item);
    const value = h("span", { class: "number" });
    const remove = this.removable
      ? h(
          "button",
          {
            type: "button",
            class: "plain",
            "data-do": "remove",
            title: texts.removeItem(item),
            "aria-label": texts.removeItem(item),
            onclick: () => this.choose(this.chosen.filter((each) => each !== item)),
          },
          icon("close"),
        )
      : null;
    const element = h(
      "li",
      { "data-item": item, "data-style": this.chosen.indexOf(item) % STYLES },
      h("span", { class: "key" }),
      h("span", { class: "name" }, item),
      value,
      h("span", { class: "unit" }, unit),
      remove,
    );
    return { item, unit, value, element };
  }

  /** The steps in view: all so far, in an axis that grows seldom; or what the person chose. */
  get view() {
    if (this.zoomed !== null) return this.zoomed;
    let to = FIRST_STEPS;
    while (to < this.#known * 1.02) to *= 2;
    return { from: 0, to: Math.max(1, Math.min(to, this.scene.steps)) };
  }

  /** Steps whose values the host has: a recording has them all. */
  get #known() {
    return this.scene.replay ? this.scene.steps : this.done;
  }

  #look(view) {
    this.zoomed = view;
    this.#draw();
    this.#ask(SETTLE_MS);
  }

  /** Takes the values of a moment. */
  show(moment) {
    const before = this.view.to;
    const missed = moment.done - this.done;
    this.done = moment.done;
    this.values = moment.values;
    if (missed === 1) this.#append(moment);
    else if (missed !== 0) this.#ask(AGAIN_MS);
    if (this.view.to !== before) this.#ask(0);
    if (missed !== 0) this.#draw();
    this.#showValues();
  }

  #append({ done, values }) {
    this.scene.items.forEach(({ item }, index) => {
      const series = this.data.get(item);
      if (series === undefined) return;
      const value = typeof values[index] === "number" ? values[index] : null;
      if (series.step.length > 0 && series.step.at(-1) >= done - 1) return;
      series.step.push(done - 1);
      series.min.push(value);
      series.max.push(value);
      if (series.step.length > series.asked + FRESH) this.#ask(AGAIN_MS);
    });
  }

  /** Asks the host soon; what is wanted meanwhile is asked for with it. */
  #ask(afterMs) {
    if (this.scene === null) return;
    if (this.timer !== undefined && this.dueMs <= performance.now() + afterMs) return;
    clearTimeout(this.timer);
    this.dueMs = performance.now() + afterMs;
    this.timer = setTimeout(() => this.#fetch(), afterMs);
  }

  async #fetch() {
    this.timer = undefined;
    this.asking?.abort();
    if (this.chosen.length === 0) return;
    const asking = new AbortController();
    this.asking = asking;
    const { scene, view } = this;
    try {
      const answer = await api.series(
        this.chosen,
        Math.floor(view.from),
        Math.ceil(view.to),
        Math.min(4000, this.plot.width),
        asking.signal,
      );
      if (this.scene !== scene || this.asking !== asking) return;
      for (const each of answer)
        if (this.chosen.includes(each.item)) this.data.set(each.item, { ...each, asked: each.step.length });
      setText(this.problem, "");
      this.#draw();
      this.#showValues();
    } catch (error) {
      if (error.name !== "AbortError") setText(this.problem, error.message);
    }
  }

  #draw() {
    if (this.scene === null) return;
    const series = this.chosen.flatMap((item, index) => {
      const data = this.data.get(item);
      return data ? [{ ...data, unit: this.rows[index].unit, style: index % STYLES }] : [];
    });
    this.plot.show(series, this.view);
  }

  /** The values under the cursor, or the last ones. */
  #showValues() {
    if (this.scene === null) return;
    const { cursor } = this.plot;
    const step = cursor ?? Math.max(0, this.done - 1);
    const time = this.plot.timeOf(step);
    setText(this.when, `${format.date(time)}, ${format.clock(time, this.scene.resolution_s)}`);
    for (const { item, unit, value } of this.rows ?? []) setText(value, this.#valueAt(item, unit, cursor));
  }

  #valueAt(item, unit, cursor) {
    if (cursor === null)
      return format.value(
        this.values?.[this.scene.items.findIndex((each) => each.item === item)] ?? null,
        unit,
      );
    const series = this.data.get(item);
    if (series === undefined || cursor >= this.#known) return format.NONE;
    const index = bucketAt(series.step, cursor);
    if (index < 0) return format.NONE;
    const [low, high] = [series.min[index], series.max[index]];
    return low === high
      ? format.value(low, unit)
      : `${format.value(low, unit)} … ${format.value(high, unit)}`;
  }
}

/** The last bucket that begins at or before a step; -1 if none does. */
function bucketAt(steps, step) {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
