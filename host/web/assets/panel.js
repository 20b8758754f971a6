/**
 * All about one component: its models, its node, its values, and these over time.
 *
 * @module panel
 */
import * as api from "./api.js";
import { h, icon, s, setAttribute, setText } from "./dom.js";
import * as format from "./format.js";
import { Plots } from "./plots.js";
import { command, press, setReason, watch, whyNot } from "./session.js";
import { texts } from "./texts.js";

/** Between questions for the little lines `[ms]`. */
const LATELY_MS = 2000;
/** Points of a little line, and how many steps it shows at most. */
const LATELY = 96;
/** Items in the plot at first. */
const FIRST = 3;

/** The panel beside the drawing. */
export class Panel {
  /** @param {HTMLElement} element the place for it, which is hidden while nothing is shown */
  constructor(element) {
    this.element = element;
    this.index = null;
    this.plots = new Plots({ removable: false });
    element.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    watch(() => this.#showReason());
  }

  /** Another run: nothing is shown of it yet. */
  setScene(scene) {
    this.scene = scene;
    this.close();
    this.plots.setScene(scene);
  }

  /** Shows a component, or hides it if it is shown. */
  toggle(index) {
    if (this.index === index) this.close();
    else this.#open(index);
  }

  /** Hides it; the focus goes back to the card. */
  close() {
    if (this.index === null) return;
    const { name } = this.scene.components[this.index];
    this.index = null;
    this.element.hidden = true;
    clearInterval(this.timer);
    this.plots.choose([]);
    document.querySelector(`[data-component="${CSS.escape(name)}"]`)?.focus();
  }

  #open(index) {
    clearInterval(this.timer);
    this.index = index;
    const component = this.scene.components[index];
    const items = this.scene.items.flatMap((item, position) =>
      item.component === index ? [{ ...item, position }] : [],
    );
    this.rows = items.map((item) => this.#row(item));
    this.state = h("p", { class: "state" });
    const title = h("h2", { tabindex: -1, id: "panel-title" }, icon(component.icon), component.name);
    this.element.replaceChildren(
      h(
        "header",
        {},
        title,
        h(
          "button",
          {
            type: "button",
            class: "plain",
            "data-do": "close",
            "aria-label": texts.close,
            title: texts.close,
            onclick: () => this.close(),
          },
          icon("close"),
        ),
      ),
      this.#about(component),
      h("h3", {}, texts.values),
      h(
        "table",
        { class: "items" },
        h("thead", {}, h("tr", {}, ...texts.itemColumns.map((column) => h("th", { scope: "col" }, column)))),
        h("tbody", {}, ...this.rows.map(({ element }) => element)),
      ),
      h("h3", {}, texts.overTime),
      this.plots.element,
    );
    this.element.hidden = false;
    const main = component.main
      .filter((position) => items.some((item) => item.position === position))
      .slice(0, FIRST);
    for (const row of this.rows) row.box.checked = main.includes(row.item.position);
    this.#plot();
    this.#lately();
    this.timer = setInterval(() => this.#lately(), LATELY_MS);
    if (this.moment) this.show(this.moment);
    if (this.health) this.showHealth(this.health);
    this.#showReason();
    title.focus({ preventScroll: false });
  }

  #about(component) {
    const node = this.scene.nodes[component.node];
    this.link = h("span", { class: "link" });
    this.identify = node
      ? h(
          "button",
          {
            type: "button",
            "data-do": "identify",
            onclick: () => press(this.identify, () => this.#identify(node.name)),
          },
          texts.identify,
        )
      : null;
    const kiosk = h("a", { href: `/kiosk/${encodeURIComponent(component.name)}` }, texts.kiosk);
    return h(
      "dl",
      {},
      h("dt", {}, texts.models),
      h(
        "dd",
        {},
        component.models.map(({ name, type }) => (name === type ? name : `${name} (${type})`)).join(", "),
      ),
      h("dt", {}, texts.node),
      node ? h("dd", {}, `${node.name}, ${node.address}, `, this.link) : h("dd", {}, texts.onHost),
      h("dd", { class: "answers" }, this.identify, kiosk),
    );
  }

  #row(item) {
    const box = h("input", {
      type: "checkbox",
      "data-pick": item.item,
      "aria-label": texts.inPlot(item.item),
      onchange: () => this.#plot(),
    });
    const value = h("td", { class: "number" });
    const line = s("polyline", {});
    const element = h(
      "tr",
      { "data-item": item.item },
      h("th", { scope: "row" }, h("label", {}, box, h("span", {}, item.item))),
      value,
      h(
        "td",
        {},
        s(
          "svg",
          {
            class: "lately",
            viewBox: `0 0 ${LATELY} 20`,
            preserveAspectRatio: "none",
            "aria-hidden": "true",
          },
          line,
        ),
      ),
    );
    return { item, box, value, line, element };
  }

  #plot() {
    this.plots.choose(this.rows.filter(({ box }) => box.checked).map(({ item }) => item.item));
  }

  /** Shows a moment. */
  show(moment) {
    this.moment = moment;
    if (this.index === null) return;
    for (const { item, value } of this.rows)
      setText(value, format.quantity(moment.values[item.position], item.unit));
    this.plots.show(moment);
  }

  /** Shows how its node does. */
  showHealth(health) {
    this.health = health;
    const node = this.index === null ? undefined : health.nodes[this.scene.components[this.index].node];
    if (node === undefined || this.identify === null) return;
    setText(this.link, texts.linkStates[node.link] ?? node.link);
    setAttribute(this.link, "data-link", node.link);
    setAttribute(this.identify, "aria-pressed", String(node.identifying));
    setText(this.identify, node.identifying ? texts.endIdentify : texts.identify);
  }

  #showReason() {
    if (this.identify) setReason(this.identify, whyNot(), texts.identifyTitle);
  }

  #identify(node) {
    return command({
      do: "identify",
      nodes: [node],
      on: this.identify.getAttribute("aria-pressed") !== "true",
    });
  }

  /** The little lines: the last steps of every item. */
  async #lately() {
    const { index, rows, moment } = this;
    if (!moment || moment.done === 0 || rows.length === 0) return;
    const from = Math.max(0, moment.done - LATELY);
    const answer = await api
      .series(
        rows.map(({ item }) => item.item),
        from,
        moment.done,
        LATELY,
      )
      .catch(() => null);
    if (answer === null || this.index !== index) return;
    answer.forEach(({ item, step, min, max }) => {
      const row = rows.find((each) => each.item.item === item);
      const known = [...min, ...max].filter((value) => value !== null);
      const [low, high] = [Math.min(...known), Math.max(...known)];
      const y = (value) => (high > low ? 18 - ((value - low) / (high - low)) * 16 : 10);
      const points = step.flatMap((at, point) =>
        max[point] === null ? [] : [`${at - from},${y(max[point]).toFixed(1)}`],
      );
      if (row) row.line.setAttribute("points", points.join(" "));
    });
  }
}
