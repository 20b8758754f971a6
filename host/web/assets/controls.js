/**
 * The buttons of the run: pause, step, pace, phase, emergency stop, and the slider of a recording.
 *
 * @module controls
 */
import { h, icon, setAttribute, setText } from "./dom.js";
import * as format from "./format.js";
import { ask } from "./say.js";
import { command, press, setReason, watch, whyGuest, whyNot } from "./session.js";
import { texts } from "./texts.js";

/** While the slider moves, the recording follows so often `[ms]`. */
const SEEK_MS = 60;
/** So long after it was moved the slider stays where it was put `[ms]`: until the recording is there. */
const SETTLE_MS = 600;
/** What slower and faster go through: real time from step to step `[s]`, 0 as fast as possible. */
const PACES_S = [0, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];

/** The bar of buttons. */
export class Controls {
  /**
   * @param {HTMLElement} element the bar
   * @param {{links: (shown: boolean) => void, arrange: () => void}} drawing what changes the drawing only
   */
  constructor(element, drawing) {
    this.moment = null;
    this.scene = null;
    this.seeking = null;
    this.settledMs = 0;
    this.hold = this.#button("hold", "pause", () =>
      command({ do: "hold", held: this.moment?.state !== "paused" }),
    );
    this.step = this.#button("step", "step", () => command({ do: "step" }));
    this.slower = this.#button("slower", "slower", () => this.#pace(1));
    this.faster = this.#button("faster", "faster", () => this.#pace(-1));
    this.pace = h("span", { class: "pace", "data-value": "pace" });
    this.phase = h("select", { "data-do": "phase", id: "phase", onchange: () => this.#force() });
    this.phaseBox = h("label", { class: "phase", for: "phase" }, texts.phase, this.phase);
    this.stop = this.#button("emergency-stop", "stop", () => this.#stop());
    this.stop.classList.add("stop");
    this.slider = h("input", {
      type: "range",
      min: 0,
      step: 1,
      "data-do": "seek",
      "aria-label": texts.seek,
      oninput: () => this.#seek(),
    });
    this.linksShown = h(
      "button",
      {
        type: "button",
        "data-do": "links",
        "aria-pressed": "false",
        title: texts.linksTitle,
        onclick: () => this.#links(drawing.links),
      },
      icon("links"),
      h("span", { class: "word" }, texts.links),
    );
    const arrange = h(
      "button",
      { type: "button", "data-do": "arrange", title: texts.arrangeTitle, onclick: drawing.arrange },
      icon("arrange"),
      h("span", { class: "word" }, texts.arrange),
    );
    element.append(
      h("div", { class: "group" }, this.hold, this.step),
      h("div", { class: "group" }, this.slower, this.pace, this.faster),
      this.phaseBox,
      this.slider,
      h("div", { class: "group" }, this.linksShown, arrange),
      this.stop,
    );
    watch(() => this.#showReasons());
  }

  #button(name, drawing, action) {
    const button = h(
      "button",
      { type: "button", "data-do": name, onclick: () => press(button, action) },
      icon(drawing),
      h("span", { class: "word" }, texts.commands[name]),
    );
    return button;
  }

  /** Another run: its phases, and whether it is a recording. */
  setScene(scene) {
    this.scene = scene;
    this.phase.replaceChildren(
      h("option", { value: "" }, texts.asTheStoryGoes),
      ...scene.phases.map((name) => h("option", { value: name }, name)),
    );
    this.phaseBox.hidden = scene.phases.length === 0 || scene.replay;
    this.slider.hidden = !scene.replay;
    this.slider.max = Math.max(0, scene.steps - 1);
    this.#showReasons();
  }

  /** Shows a moment. */
  show(moment) {
    const state = this.moment?.state;
    this.moment = moment;
    const paused = moment.state === "paused";
    setAttribute(this.hold, "aria-pressed", String(paused));
    setText(
      this.hold.lastChild,
      paused ? (this.scene.replay ? texts.play : texts.resume) : texts.commands.hold,
    );
    setAttribute(this.hold.querySelector("use"), "href", `/assets/icons.svg#${paused ? "play" : "pause"}`);
    setText(this.pace, texts.pace(moment.pace_s));
    const stopped = moment.state === "stopped";
    setAttribute(this.stop, "aria-pressed", String(stopped));
    setText(this.stop.lastChild, stopped ? texts.release : texts.commands["emergency-stop"]);
    if (document.activeElement !== this.phase) this.phase.value = moment.phase_forced ? moment.phase : "";
    if (this.scene.replay) this.#showStep(moment);
    if (state !== moment.state) this.#showReasons();
  }

  /** Why nothing can be asked of the run now. */
  #showReasons() {
    if (this.scene === null) return;
    const state = this.moment?.state;
    const over =
      state === "idle" ? texts.noRun : state === "ended" || state === "failed" ? texts.over : null;
    const reason = whyNot() ?? over;
    const plays = this.scene.replay ? whyGuest() : reason;
    const stopped = state === "stopped" ? texts.isStopped : null;
    for (const [button, why] of [
      [this.hold, stopped],
      [this.step, stopped],
      [this.slower, null],
      [this.faster, null],
    ]) {
      setReason(button, plays ?? why, texts.titles[button.dataset.do]);
    }
    this.slider.disabled = whyGuest() !== null;
    setReason(
      this.stop,
      reason ?? (this.scene.pluggable ? null : texts.stopIsAButton),
      state === "stopped" ? texts.releaseTitle : texts.titles["emergency-stop"],
    );
    this.phase.disabled = reason !== null;
    setAttribute(this.phase, "title", reason ?? texts.phaseTitle);
  }

  /** The next pace, slower or faster than the one now. */
  #pace(way) {
    const now = this.moment?.pace_s ?? 0;
    const next = way > 0 ? PACES_S.find((pace) => pace > now) : PACES_S.findLast((pace) => pace < now);
    if (next === undefined) return undefined;
    return command({ do: "pace", seconds: next });
  }

  async #force() {
    const name = this.phase.value || null;
    this.phase.blur();
    await command({ do: "phase", name });
  }

  /** Pressing stops at once; releasing is asked twice. */
  async #stop() {
    if (this.moment?.state !== "stopped") return command({ do: "emergency-stop", pressed: true });
    if (await ask(texts.releaseTitle, texts.releaseWhy, texts.release, [], true))
      await command({ do: "emergency-stop", pressed: false });
    return undefined;
  }

  /** Where the recording is, unless the slider is being moved. */
  #showStep(moment) {
    if (performance.now() < this.settledMs) return;
    this.slider.value = Math.max(0, moment.done - 1);
    this.#sayStep();
  }

  /** What the slider says to those who do not see it. */
  #sayStep() {
    const { start, resolution_s: resolutionS, steps } = this.scene;
    const step = Number(this.slider.value);
    const time = format.parseTime(start) + step * resolutionS * 1000;
    const when = `${format.date(time)} ${format.clock(time, resolutionS)}`;
    setAttribute(this.slider, "aria-valuetext", texts.seekTo(step + 1, steps, when));
  }

  #seek() {
    this.settledMs = performance.now() + SETTLE_MS;
    this.#sayStep();
    this.seeking ??= setTimeout(() => {
      this.seeking = null;
      command({ do: "seek", step: Number(this.slider.value) });
    }, SEEK_MS);
  }

  #links(show) {
    const shown = this.linksShown.getAttribute("aria-pressed") !== "true";
    setAttribute(this.linksShown, "aria-pressed", String(shown));
    show(shown);
  }
}
