/**
 * The cables of the table: sheath, LEDs, plugs and label.
 *
 * ```text
 *   both ends plugged   a curve between the two cards
 *   one end             hangs from its card
 *   none                lies in its own place beside the table
 * ```
 *
 * @module cables
 */
import { h, icon, move, s, setAttribute, setText } from "./dom.js";
import * as format from "./format.js";
import { anchor, curve, line, pathData, SIDES, sideTowards, spot } from "./geometry.js";
import { labelPlace } from "./labels.js";
import { Leds } from "./leds.js";
import { command, press, setReason } from "./session.js";
import { texts } from "./texts.js";

/** Half a plug, where plugs have their full size `[rem]`. */
const HALF_PLUG = 0.78;
/** From a card to the middle of a plug, which keeps clear of what the card says `[rem]`. */
const PLUG = 0.45;
/** From a card to where the light begins `[rem]`. */
const LIGHT = PLUG + HALF_PLUG;
/** Less than so much power `[kW]` has no direction. */
const NO_POWER_KW = 0.05;

/** A cable, wherever it is. */
export class Cable {
  constructor(scene, index) {
    this.scene = scene;
    this.cable = scene.cables[index];
    this.index = index;
    this.title = this.cable.name || texts.cable(this.cable.id);
    this.plugged = [false, false];
    this.sheath = s("path", { class: "sheath" });
    this.edge = s("path", { class: "edge" });
    this.group = s(
      "g",
      { class: "light", "data-light": this.cable.id, "data-carrier": this.cable.carrier },
      this.edge,
      this.sheath,
    );
    this.leds = new Leds(this.group);
    this.power = h("span", { class: "power" });
    this.way = icon("arrow");
    this.label = h(
      "button",
      {
        type: "button",
        class: "cable",
        "data-do": "plug",
        "data-cable": this.cable.id,
        "data-carrier": this.cable.carrier,
        onclick: () => press(this.label, () => this.#plug(null)),
      },
      icon(`carrier-${this.cable.carrier}`),
      h("span", { class: "name" }, this.title),
      this.power,
      this.way,
    );
    this.plugs = [0, 1].map((end) => this.#makePlug(end));
    this.elements = [this.label, ...this.plugs.filter(Boolean)];
  }

  /** An end where no component is has no plug. */
  #makePlug(end) {
    if (this.cable.ends[end] === null) return null;
    const plug = h(
      "button",
      {
        type: "button",
        class: "plug",
        "data-do": "plug",
        "data-cable": this.cable.id,
        "data-end": end,
        onclick: () => press(plug, () => this.#plug(end)),
      },
      icon("plug"),
    );
    return plug;
  }

  #name(end) {
    return this.scene.components[this.cable.ends[end]].name;
  }

  /** The end that is loose though the other is not, if one is. */
  get state() {
    const there = [0, 1].filter((end) => this.plugs[end] !== null);
    const count = there.filter((end) => this.plugged[end]).length;
    return count === 0 ? "out" : count === there.length ? "in" : "half";
  }

  /** Plugs one end, or (`null`) all, into the other state. */
  #plug(end) {
    const plugged = end === null ? this.state !== "in" : !this.plugged[end];
    return command({ do: "plug", id: this.cable.id, at: end === null ? null : this.#name(end), plugged });
  }

  /** Shows a moment. */
  show({ plugged, power_kw: powerKw, light }) {
    this.plugged = plugged;
    this.powerKw = powerKw;
    this.leds.show(light);
    const state = this.state;
    for (const element of [this.group, this.label]) setAttribute(element, "data-state", state);
    setText(
      this.power,
      state === "in"
        ? `${format.fixed(Math.abs(powerKw), 1)}\u00a0kW`
        : state === "half"
          ? texts.oneEnd
          : texts.notPlugged,
    );
    this.#turn();
    this.plugs.forEach((plug, end) => plug && setAttribute(plug, "aria-pressed", String(plugged[end])));
  }

  /** Says on its buttons what they do, or why nothing. */
  showReason(reason) {
    setReason(
      this.label,
      reason,
      this.state === "in" ? texts.unplugCable(this.title) : texts.plugCable(this.title),
    );
    this.plugs.forEach((plug, end) => {
      if (plug === null) return;
      const title = (this.plugged[end] ? texts.unplugAt : texts.plugAt)(this.title, this.#name(end));
      setReason(plug, reason, title);
      setAttribute(plug, "aria-label", title);
    });
  }

  /** Points the arrow of the label along the power. */
  #turn() {
    const flows = this.state === "in" && Math.abs(this.powerKw) >= NO_POWER_KW;
    setAttribute(this.way, "class", flows ? "icon way" : "icon way none");
    if (!flows || !this.curve) return;
    const { nx, ny } = spot(this.curve, 0.5);
    const degrees = Math.round((Math.atan2(-nx, ny) * 180) / Math.PI) + (this.powerKw < 0 ? 180 : 0);
    this.way.style.transform = `rotate(${degrees}deg)`;
  }

  /**
   * Lays the cable.
   *
   * @param {({x: number, y: number, out: number[]}|null)[]} ends where it is plugged in, with the direction out of
   *   the card; `null` where it is loose
   * @param {{x: number, y: number, w: number}} slot its place beside the table
   * @param {{w: number, h: number, rem: number, plug: number}} bounds the area of the drawing, a `rem`, and what
   *   stands for a `rem` in the size of plugs `[px]`
   */
  lay(ends, slot, bounds) {
    const [from, to] = ends;
    const [light, half] = [LIGHT * bounds.plug, HALF_PLUG * bounds.plug];
    if (from && to) this.curve = curve(out(from, light), from.out, out(to, light), to.out);
    else if (from || to) this.curve = hang(from ?? to, from === null, bounds);
    else this.curve = line({ x: slot.x + half, y: slot.y }, { x: slot.x + slot.w - half, y: slot.y });
    const path = pathData(this.curve);
    if (path !== this.path) {
      this.path = path;
      for (const stroke of [this.sheath, this.edge]) stroke.setAttribute("d", path);
      this.leds.place(this.curve, bounds.rem);
    }
    const points = [this.curve.points[0], this.curve.points.at(-1)];
    const at = ends.map((end, index) => (end ? out(end, PLUG * bounds.plug) : points[index]));
    this.plugs.forEach((button, end) => button && move(button, at[end]));
    this.#turn();
  }

  /** The size of the label `[px]`. */
  labelSize() {
    return { w: this.label.offsetWidth, h: this.label.offsetHeight };
  }

  /** Puts the label, of a known size, beside the cable and clear of what is in the way; returns where. */
  layLabel({ w, h: height }, obstacles) {
    const box = labelPlace(this.curve, w, height, obstacles);
    move(this.label, box);
    return box;
  }
}

/** The point that is `far` out of a card, in front of one of its sockets. */
function out(end, far) {
  return { x: end.x + end.out[0] * far, y: end.y + end.out[1] * far };
}

/** The curve of a cable that hangs from one end, in its own direction. */
function hang(end, backwards, { w, h: height, rem, plug }) {
  const aside = end.x > w / 2 ? -4.5 : 4.5;
  const loose = {
    x: Math.min(w - 2 * rem, Math.max(2 * rem, end.x + aside * rem)),
    y: Math.min(height - 1.2 * rem, end.y + 5 * rem),
  };
  const [top, up] = [out(end, LIGHT * plug), [0, -1]];
  return backwards ? curve(loose, up, top, end.out) : curve(top, end.out, loose, up);
}

/**
 * Where all plugged ends are: each side of a card is shared by the cables that leave there, in the order of where
 * they go.
 *
 * @param {Cable[]} cables all of them
 * @param {import("./geometry.js").Box[]} boxes the cards, by component
 * @returns {({x: number, y: number, out: number[]}|null)[][]} per cable and end; `null` where it is loose
 */
export function sockets(cables, boxes) {
  const ends = cables.map(() => [null, null]);
  const sides = new Map();
  for (const cable of cables) {
    for (const end of [0, 1]) {
      if (!cable.plugged[end] || cable.plugs[end] === null) continue;
      const component = cable.cable.ends[end];
      const other =
        cable.state === "in" && cable.plugs[1 - end] !== null ? boxes[cable.cable.ends[1 - end]] : null;
      const side = other ? sideTowards(boxes[component], other) : "bottom";
      const key = `${component} ${side}`;
      if (!sides.has(key)) sides.set(key, []);
      sides.get(key).push({ index: cable.index, end, component, side, other: other ?? boxes[component] });
    }
  }
  for (const shared of sides.values()) {
    const across = SIDES[shared[0].side][0] === 0 ? "x" : "y";
    shared.sort((one, other) => one.other[across] - other.other[across] || one.index - other.index);
    shared.forEach(({ index, end, component, side }, place) => {
      ends[index][end] = { ...anchor(boxes[component], side, place, shared.length), out: SIDES[side] };
    });
  }
  return ends;
}
