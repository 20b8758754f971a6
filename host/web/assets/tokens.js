/**
 * The tokens: small tags beside the table, to be put in at a component by dragging, or by pressing and choosing.
 *
 * @module tokens
 */
import { h, icon, setAttribute, setText } from "./dom.js";
import { choose } from "./say.js";
import { command, press, setReason } from "./session.js";
import { drag } from "./drag.js";
import { texts } from "./texts.js";

/** A token, wherever it is. */
export class Token {
  constructor(scene, index) {
    this.scene = scene;
    this.token = scene.tokens[index];
    this.title = this.token.name || texts.token_(this.token.id);
    this.at = [];
    this.where = h("span", { class: "power" });
    this.element = h(
      "button",
      { type: "button", class: "token", "data-do": "token", "data-token": this.token.id },
      icon("token"),
      h("span", { class: "name" }, this.title),
      this.where,
    );
    drag(this.element, {
      click: () => press(this.element, () => this.#pressed()),
      move: (dx, dy) =>
        (this.element.style.transform = `translate(calc(-50% + ${dx}px), calc(-50% + ${dy}px))`),
      end: (x, y) => this.#dropped(x, y),
    });
  }

  /** Where a token can be put in: at nodes, or anywhere if there are none. */
  #places() {
    const atNodes = this.scene.components.filter((component) => component.node !== null);
    return (atNodes.length > 0 ? atNodes : this.scene.components).map((component) => component.name);
  }

  async #pressed() {
    if (this.at.length > 0) {
      for (const component of this.at) await this.#plug(this.scene.components[component].name, false);
      return;
    }
    const place = await choose(texts.tokenWhere(this.title), this.#places());
    if (place !== null) await this.#plug(place, true);
  }

  #dropped(x, y) {
    this.element.style.transform = "";
    const cards = document.elementsFromPoint(x, y).map((element) => element.closest("[data-component]"));
    const place = cards.find(Boolean)?.dataset.component;
    if (place !== undefined && this.#places().includes(place))
      press(this.element, () => this.#plug(place, true));
  }

  #plug(at, plugged) {
    return command({ do: "plug", id: this.token.id, at, plugged });
  }

  /** Shows a moment. */
  show({ at, plugged }) {
    this.at = at;
    setAttribute(this.element, "aria-pressed", String(at.length > 0));
    setAttribute(this.element, "data-state", plugged ? "in" : "out");
    setText(
      this.where,
      at.length > 0
        ? texts.tokenAt(at.map((component) => this.scene.components[component].name))
        : texts.notPlugged,
    );
  }

  /** Says on it what it does, or why nothing. */
  showReason(reason) {
    setReason(
      this.element,
      reason,
      this.at.length > 0 ? texts.takeToken(this.title) : texts.putToken(this.title),
    );
  }
}
