/**
 * How the run stands: phase, simulated time, step, speed; and what there was to tell.
 *
 * @module story
 */
import { h, setAttribute, setText } from "./dom.js";
import * as format from "./format.js";
import { texts } from "./texts.js";

/** The line above the drawing. */
export class Story {
  /** @param {HTMLElement} element the place for it */
  constructor(element) {
    this.phase = h("h1", { "data-value": "phase", "aria-live": "polite" });
    this.date = h("span", { class: "date", "data-value": "date" });
    this.clock = h("span", { class: "clock", "data-value": "clock" });
    this.state = h("span", { class: "run-state", "data-value": "state", role: "status" });
    this.steps = h("span", { "data-value": "steps" });
    this.speed = h("span", { "data-value": "speed" });
    this.progress = h("progress", { max: 1, value: 0, "aria-label": texts.progress });
    element.append(
      h("div", { class: "now" }, this.clock, this.date),
      this.phase,
      h("div", { class: "run" }, this.state, this.speed, this.steps),
      this.progress,
    );
  }

  /** Another run. */
  setScene(scene) {
    this.scene = scene;
  }

  /** Shows a moment. */
  show(moment) {
    const { scene } = this;
    const time = format.parseTime(moment.time || scene.start);
    setText(this.clock, format.clock(time, scene.resolution_s));
    setText(this.date, format.date(time));
    setText(this.phase, moment.phase || scene.title);
    const states = scene.replay ? texts.recording : texts.states;
    setText(this.state, states[moment.state] ?? moment.state);
    setAttribute(this.state, "data-state", moment.state);
    setText(this.steps, texts.steps(moment.done, scene.steps));
    setText(this.speed, moment.state === "running" ? texts.speed(moment.steps_per_s) : "");
    this.progress.value = scene.steps > 0 ? moment.done / scene.steps : 0;
  }
}

/** The last notices, the newest first. */
export class Notices {
  /** @param {HTMLElement} list where they stand */
  constructor(list) {
    this.list = list;
    this.shown = "";
  }

  /** Shows what a moment has to tell. */
  show({ notices }) {
    const key = JSON.stringify(notices);
    if (key === this.shown) return;
    this.shown = key;
    const lines = notices.length > 0 ? [...notices].reverse() : [texts.noNotices];
    this.list.replaceChildren(...lines.map((line) => h("li", {}, line)));
  }
}
