/**
 * The rack: stacks of nodes in rows and columns, with holes where none is. It selects what the list selects.
 *
 * @module rack
 */
import { h, setAttribute, setText } from "./dom.js";
import * as format from "./format.js";
import { texts } from "./texts.js";

/** Where the arrow keys lead: right and down, in steps. */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A rack; another one is drawn anew. */
export class RackView {
  /**
   * @param {HTMLElement} element where it is drawn
   * @param {(names: string[], selected: boolean) => void} select selects nodes, or no longer
   */
  constructor(element, select) {
    this.element = element;
    this.select = select;
    this.places = new Map();
    this.stacks = [];
    element.addEventListener("keydown", (event) => this.move(event));
  }

  /** Draws a rack, or nothing. */
  build(rack) {
    this.places = new Map();
    this.element.hidden = !rack;
    this.stacks = (rack?.stacks ?? []).map((stack) => this.stack(stack));
    this.element.replaceChildren(...this.stacks.map(({ element }) => element));
    if (rack) this.element.style.gridTemplateColumns = `repeat(${rack.columns}, minmax(7rem, 1fr))`;
    if (rack) this.element.style.gridTemplateRows = `repeat(${rack.rows}, auto)`;
  }

  stack({ name, row, column, places }) {
    const names = places.filter((node) => node !== null);
    const heading = h("button", { type: "button", "data-stack": name }, texts.stack(name));
    heading.addEventListener("click", () => {
      this.select(names, heading.getAttribute("aria-pressed") !== "true");
    });
    const list = places.map((node, index) => h("li", {}, this.place(node, name, index + 1)));
    const element = h("section", { class: "stack", "aria-label": texts.stack(name) }, heading, h("ol", {}, ...list));
    element.style.gridArea = `${row} / ${column}`;
    return { element, heading, names };
  }

  place(node, stack, number) {
    if (node === null) return h("span", { class: "hole" }, h("span", { class: "hidden" }, texts.emptyPlace));
    const state = h("span", { class: "state" });
    const button = h(
      "button",
      { type: "button", "data-place": node, "aria-pressed": "false" },
      h("span", { class: "name" }, node),
      state,
    );
    button.addEventListener("click", () => this.select([node], button.getAttribute("aria-pressed") !== "true"));
    this.places.set(node, { button, state, where: texts.placeOf(stack, number) });
    return button;
  }

  /**
   * Shows how the nodes do and which of them are selected.
   *
   * @param {Map<string, import("./node_row.js").NodeRow>} rows the list
   */
  show(rows) {
    for (const [name, { button, state, where }] of this.places) {
      const row = rows.get(name);
      const link = row ? (texts.linkStates[row.link] ?? row.link) : texts.notInRun;
      const warm = row?.temperature;
      const degrees = typeof warm === "number" ? `${format.fixed(warm, 0)}\u00a0°C` : "";
      setText(state, degrees || link);
      setAttribute(button, "aria-label", [name, link, degrees, where].filter(Boolean).join(", "));
      setAttribute(button, "title", `${where}: ${link}`);
      setAttribute(button, "data-link", row?.link ?? "absent");
      setAttribute(button, "data-identifying", row?.identifying ? "true" : null);
      // Only what the list shows can be selected.
      button.disabled = !row || row.element.hidden;
      setAttribute(button, "aria-pressed", String(Boolean(row?.box.checked) && !button.disabled));
    }
    for (const { heading, names } of this.stacks) {
      const there = names.map((name) => this.places.get(name).button).filter((button) => !button.disabled);
      const chosen = there.filter((button) => button.getAttribute("aria-pressed") === "true").length;
      const pressed = chosen === 0 ? "false" : chosen === there.length ? "true" : "mixed";
      setAttribute(heading, "aria-pressed", pressed);
      heading.disabled = there.length === 0;
    }
  }

  /** An arrow key goes to the next place in its direction. */
  move(event) {
    const step = STEPS[event.key];
    if (!step || !this.element.contains(document.activeElement)) return;
    const middle = (element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    };
    const [x, y] = middle(document.activeElement);
    let best = null;
    for (const button of this.element.querySelectorAll("button:enabled")) {
      const [dx, dy] = [middle(button)[0] - x, middle(button)[1] - y];
      const along = dx * step[0] + dy * step[1];
      if (along < 1) continue;
      // What lies in line comes before what is near.
      const distance = along + 4 * Math.abs(dx * step[1] + dy * step[0]);
      if (best === null || distance < best.distance) best = { button, distance };
    }
    if (best) best.button.focus();
    event.preventDefault();
  }
}
