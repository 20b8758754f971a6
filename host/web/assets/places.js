/**
 * Where people want components to stand: moved by dragging or with the arrow keys, kept by the host.
 *
 * @module places
 */
import * as api from "./api.js";
import { drag } from "./drag.js";
import { mayCommand } from "./session.js";
import { say } from "./say.js";
import { texts } from "./texts.js";

/** Still for so long `[ms]`, an arrangement is kept. */
const KEEP_MS = 400;
/** One press of an arrow key, as a share of the table. */
const STEP = 0.02;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The places of all components that were moved. */
export class Places {
  /** @param {() => void} changed what to do when a place is another one */
  constructor(changed) {
    this.changed = changed;
    this.places = {};
    this.timer = 0;
  }

  /** Asks the host for the kept arrangement. */
  async load() {
    try {
      const { components } = await api.layout();
      this.places = components ?? {};
    } catch (error) {
      this.places = {};
      say(error.message, "error");
    }
    this.changed();
  }

  /** Where a component was put, from 0 to 1 in both directions; nothing if nobody has moved it. */
  of(name) {
    return this.places[name];
  }

  /** Everything back to where it stood at first. */
  reset() {
    this.places = {};
    this.#keep();
  }

  /**
   * Lets a card be moved.
   *
   * @param {HTMLElement} element the card
   * @param {string} name its component
   * @param {() => {at: [number, number], size: [number, number]}} now where it stands, and the pixels of the table
   * @param {() => void} click what a press does
   */
  movable(element, name, now, click) {
    let from = null;
    drag(element, {
      click,
      start: () => (from = now()),
      move: (dx, dy) => this.#move(name, [from.at[0] + dx / from.size[0], from.at[1] + dy / from.size[1]]),
      end: () => this.#keep(),
    });
    element.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      if (way === undefined) return;
      event.preventDefault();
      const { at } = now();
      const step = event.shiftKey ? STEP / 4 : STEP;
      this.#move(name, [at[0] + way[0] * step, at[1] + way[1] * step]);
      this.#keep();
    });
  }

  #move(name, at) {
    this.places = {
      ...this.places,
      [name]: at.map((share) => Math.round(Math.min(1, Math.max(0, share)) * 1e4) / 1e4),
    };
    this.changed();
  }

  /** A guest arranges for the own eyes only. */
  #keep() {
    this.changed();
    clearTimeout(this.timer);
    if (!mayCommand()) return;
    this.timer = setTimeout(
      () => api.putLayout(this.places).catch((error) => say(texts.notKept(error.message), "error")),
      KEEP_MS,
    );
  }
}
