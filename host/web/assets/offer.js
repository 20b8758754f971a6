/**
 * What else can be started: a scenario of the folder that is served, or another run of a recording.
 *
 * @module offer
 */
import * as api from "./api.js";
import { h, setText } from "./dom.js";
import { command, press, setReason, watch, whyGuest } from "./session.js";
import { texts } from "./texts.js";

/** The line with the choice, the buttons, and what became of the last run. Not there where nothing is offered. */
export class Offer {
  /** @param {HTMLElement} element the place for it */
  constructor(element) {
    this.element = element;
    this.state = null;
    this.replay = false;
    this.known = "";
    this.choice = h("select", { id: "scenario", "data-do": "scenario" });
    this.label = h("label", { for: "scenario" });
    this.start = h("button", {
      type: "button",
      class: "main",
      "data-do": "start",
      onclick: () =>
        press(this.start, () => this.#ask({ do: "start", scenario: this.choice.value })),
    });
    this.end = h(
      "button",
      { type: "button", "data-do": "end", onclick: () => press(this.end, () => this.#ask({ do: "end" })) },
      texts.end,
    );
    this.result = h("p", { class: "result", "data-value": "result" });
    this.problem = h("pre", { class: "problem", role: "alert", "data-value": "problem" });
    element.append(
      h("div", { class: "group" }, this.label, this.choice, this.start, this.end),
      this.result,
      this.problem,
    );
    watch(() => this.#showReasons());
  }

  /** Another run. */
  setScene(scene) {
    this.replay = scene.replay;
    setText(this.label, scene.replay ? texts.runOf : texts.scenario);
    setText(this.start, scene.replay ? texts.showRun : texts.start);
    this.end.hidden = scene.replay;
    this.#refresh();
  }

  /** Shows a moment: whether something can be started now. */
  show(moment) {
    if (moment.state === this.state) return;
    this.state = moment.state;
    this.#showReasons();
    this.#refresh();
  }

  /** Asks what is offered before anything is drawn, so that nothing moves when it is there. */
  prepare() {
    return this.#refresh();
  }

  async #ask(what) {
    await command(what);
    await this.#refresh();
  }

  /** Asks what is offered, and shows it. */
  async #refresh() {
    const offer = await api.scenarios().catch(() => null);
    if (offer === null) return;
    this.element.hidden = offer.scenarios.length === 0;
    const names = JSON.stringify(offer.scenarios);
    if (names !== this.known) {
      this.known = names;
      const chosen = this.choice.value || offer.shown;
      this.choice.replaceChildren(
        ...offer.scenarios.map(({ name, title }) => h("option", { value: name }, title)),
      );
      if (offer.scenarios.some(({ name }) => name === chosen)) this.choice.value = chosen;
    }
    if (this.replay && document.activeElement !== this.choice) this.choice.value = offer.shown;
    setText(this.result, offer.result === "" ? "" : texts.resultIn(offer.result));
    setText(this.problem, offer.problem.join("\n"));
  }

  /** Why nothing can be started, or ended, now. */
  #showReasons() {
    const over = ["ended", "failed", "idle"].includes(this.state);
    const guest = whyGuest();
    setReason(this.start, guest ?? (over || this.replay ? null : texts.goesOn), texts.startTitle);
    setReason(this.end, guest ?? (over ? texts.over : null), texts.endTitle);
  }
}
