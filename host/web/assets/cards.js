/**
 * The components of the table, as cards.
 *
 * @module cards
 */
import { h, icon, setAttribute, setText } from "./dom.js";
import * as format from "./format.js";
import { texts } from "./texts.js";

/** Less than so much power `[kW]` counts as none: it would be shown as 0.0. */
const NO_POWER_KW = 0.05;
/** Values on a card at most. */
const VALUES = 2;

/** Whether a component only serves data: it stands in the quiet row. */
export function isQuiet(component) {
  return component.node === null && component.flow === null && component.icon === "data";
}

/**
 * What a component does with power.
 *
 * @returns {{word: string, way: "out"|"in"|"none", powerKw: number|null}|null} a word, whether power leaves or enters
 *   it, and how much `[kW]`; `null` if it exchanges none
 */
export function flowOf(component, values) {
  if (component.flow === null) return null;
  const { item, sign, feeds, draws } = component.flow;
  const power = values[item];
  if (typeof power !== "number") return { word: "", way: "none", powerKw: null };
  if (Math.abs(power) < NO_POWER_KW) return { word: texts.idle, way: "none", powerKw: 0 };
  const out = power * sign > 0;
  return { word: out ? feeds : draws, way: out ? "out" : "in", powerKw: Math.abs(power) };
}

/** A component with its state and main values. */
export class Card {
  /**
   * @param {object} scene the run
   * @param {number} index which of its components
   */
  constructor(scene, index) {
    this.component = scene.components[index];
    this.index = index;
    this.items = this.component.main
      .slice(0, VALUES)
      .map((position) => ({ position, ...scene.items[position] }));
    this.word = h("span", { class: "word" });
    this.way = icon("arrow");
    this.way.classList.add("way");
    this.tags = h("span", { class: "tags" });
    this.note = h("span", { class: "note" });
    this.values = this.items.map((item, place) => new CardValue(item, this.component.flow, place > 0));
    this.element = h(
      "button",
      {
        type: "button",
        class: `card ${isQuiet(this.component) ? "quiet" : ""}`,
        "data-component": this.component.name,
      },
      icon(this.component.icon),
      h("span", { class: "name" }, this.component.name),
      h("span", { class: "state" }, this.way, this.word),
      h("span", { class: "values" }, ...this.values.map((value) => value.element)),
      this.tags,
      this.note,
    );
  }

  /** Shows a moment. */
  show(moment, scene) {
    const flow = flowOf(this.component, moment.values);
    setAttribute(this.element, "data-way", flow?.way ?? "none");
    setText(this.word, flow?.word ?? "");
    for (const value of this.values) value.show(moment.values);
    const tokens = moment.tokens.flatMap((token, index) =>
      token.at.includes(this.index) ? [scene.tokens[index]] : [],
    );
    setText(this.tags, tokens.map((token) => token.name || texts.token_(token.id)).join(" "));
  }

  /** Marks trouble of its node: silent, gone, or saying "it is me". */
  showHealth(node) {
    setAttribute(this.element, "data-node", node ? node.link : null);
    setText(
      this.note,
      node?.identifying
        ? texts.saysItIsMe
        : !node || node.link === "live"
          ? ""
          : (texts.linkStates[node.link] ?? node.link),
    );
    setAttribute(this.element, "data-identifying", node?.identifying ? "true" : null);
  }
}

/** A value with its unit; all but the first say what they are, shares have a meter. Power has no sign: the word and the arrow say where it goes. */
class CardValue {
  constructor(item, flow, isNamed) {
    this.item = item;
    const name = isNamed ? item.item.split(".").at(-1) : "";
    this.isFlow = flow?.item === item.position;
    this.number = h("span", { class: "number" });
    this.meter = item.unit === "%" ? h("span", { class: "meter" }, h("span", { class: "fill" })) : null;
    this.element = h(
      "span",
      { class: "value", title: item.item, "data-item": item.item },
      h("span", { class: "what" }, name),
      this.number,
      h("span", { class: "unit" }, item.unit),
      this.meter,
    );
  }

  /** Shows its value among those of a moment. */
  show(values) {
    const value = values[this.item.position];
    const shown = this.isFlow && typeof value === "number" ? Math.abs(value) : value;
    setText(this.number, format.value(shown, this.item.unit));
    if (this.meter !== null)
      this.meter.firstChild.style.inlineSize = `${Math.min(100, Math.max(0, Number(value) || 0))}%`;
  }
}
