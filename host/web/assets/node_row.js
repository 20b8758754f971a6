/**
 * One node, as a row of the nodes page. What it does not tell is shown as absent.
 *
 * @module node_row
 */
import { h, setAttribute, setText } from "./dom.js";
import * as format from "./format.js";
import { texts } from "./texts.js";

/** From here on a processor is hot `[°C]`: a Raspberry Pi slows down at 80. */
const HOT_C = 75;

/** How each column is read from a node's health: a text, or `null` where the node tells none. */
const CELLS = {
  link: (node) => texts.linkStates[node.link] ?? node.link,
  address: (node) => node.address,
  heard: ({ heard_s: heardS }) => told(heardS, (seconds) => texts.ago(format.span(seconds))),
  rtt: (node) => told(node.rtt_ms, (ms) => `${format.fixed(ms, 1)}\u00a0ms`),
  loss: (node) => told(node.loss, format.percent),
  temperature: (node) => told(node.temperature_c, (degrees) => `${format.fixed(degrees, 0)}\u00a0°C`),
  cpu: (node) => told(node.cpu, format.percent),
  memory: (node) => told(node.memory, format.percent),
  throttling: (node) => told(node.throttling, throttling),
  clock: (node) => told(node.clock_offset_ms, (ms) => `${format.fixed(ms, 2)}\u00a0ms`),
  uptime: (node) => told(node.uptime_s, format.span),
  version: (node) => node.version,
  mac: (node) => node.mac,
};
/** How what was asked is shown. */
const KINDS = { sent: "busy", running: "busy", done: "done", failed: "error" };
/** What stands in one column, the second below the first. */
const COLUMNS = [
  ["link"],
  ["result"],
  ["address", "mac"],
  ["heard"],
  ["rtt"],
  ["loss"],
  ["temperature"],
  ["cpu"],
  ["memory"],
  ["throttling"],
  ["clock"],
  ["version", "uptime"],
];

function told(value, write) {
  return value === null || value === undefined ? null : write(value);
}

function throttling({ under_voltage: low, throttled, since_boot: since }) {
  const now = [low ? texts.throttling.low : null, throttled ? texts.throttling.slowed : null].filter(Boolean);
  return now.length > 0 ? now.join(", ") : since ? texts.throttling.since : texts.throttling.none;
}

/** Whether a cell is to catch the eye. */
function isTrouble(column, node) {
  if (column === "temperature") return node.temperature_c >= HOT_C;
  if (column === "throttling") return Boolean(node.throttling?.under_voltage || node.throttling?.throttled);
  return column === "loss" && node.loss >= 0.05;
}

/** The titles of the columns. */
export function headCells() {
  return [["name"], ...COLUMNS].map((column) =>
    h("th", { scope: "col" }, ...column.map((part) => h("span", {}, texts.columns[part]))),
  );
}

/** A row; it stays as long as its node is there. */
export class NodeRow {
  /**
   * @param {string} name the node
   * @param {string[]} components what it runs
   * @param {() => void} picked it was selected or not
   */
  constructor(name, components, picked) {
    this.name = name;
    this.components = components;
    this.box = h("input", {
      type: "checkbox",
      "aria-label": texts.select(name),
      "data-select": name,
      onchange: picked,
    });
    this.note = h("span", { class: "note" });
    const cell = (column) =>
      h("span", { class: "cell", "data-label": texts.columns[column], "data-column": column });
    this.cells = new Map(COLUMNS.flat().map((column) => [column, cell(column)]));
    this.result = this.cells.get("result");
    this.cells.delete("result");
    const own = components.filter((component) => component !== name);
    this.element = h(
      "tr",
      { "data-node-name": name },
      h("td", { class: "select" }, this.box),
      h(
        "th",
        { scope: "row" },
        h("span", { class: "name" }, name),
        h("span", { class: "own" }, own.join(", ")),
        this.note,
      ),
      ...COLUMNS.map((column) => h("td", {}, ...column.map((part) => this.cells.get(part) ?? this.result))),
    );
  }

  /** Shows how the node does. */
  show(node) {
    this.text = [node.name, node.address, node.mac ?? "", CELLS.link(node), ...this.components]
      .join(" ")
      .toLowerCase();
    this.link = node.link;
    this.temperature = node.temperature_c;
    this.identifying = node.identifying;
    setAttribute(this.element, "data-link", node.link);
    for (const [column, cell] of this.cells) {
      const text = CELLS[column](node) ?? null;
      setText(cell, text ?? format.NONE);
      setAttribute(
        cell,
        "title",
        text === null
          ? texts.notTold
          : column === "link"
            ? (node.problem ?? texts.linkWhy[node.link] ?? null)
            : null,
      );
      setAttribute(
        cell,
        "class",
        `cell ${text === null ? "untold" : isTrouble(column, node) ? "trouble" : ""}`,
      );
    }
    setText(
      this.note,
      [node.identifying ? texts.saysItIsMe : null, node.emergency_stop ? texts.emergencyStop : null]
        .filter(Boolean)
        .join(", "),
    );
    setAttribute(this.element, "data-identifying", node.identifying ? "true" : null);
    this.showAsked(node.asked);
  }

  /** Shows what became of what anybody asked of it last, when there is news of that. */
  showAsked(asked) {
    const news = asked ? `${asked.number} ${asked.state}` : null;
    if (news === this.asked) return;
    this.asked = news;
    if (asked) this.say(texts.asked(asked), KINDS[asked.state], asked.output);
  }

  /** A question of this page is on its way; what the node says to it may have come first. */
  sent(text) {
    if (this.asked === this.askedBefore) this.say(text, "done");
  }

  /** Says how the last action on it goes; `kind` is `busy`, `done` or `error`. */
  say(text, kind, output = "") {
    if (kind === "busy") this.askedBefore = this.asked;
    this.result.replaceChildren(text, ...(output ? [h("span", { class: "output" }, output)] : []));
    setAttribute(this.result, "class", `cell ${kind}`);
  }
}
