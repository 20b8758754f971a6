/**
 * The drawing of the table.
 *
 * ```text
 *   ┌──────────────────────────────────────────┐
 *   │ cards, and the cables between them        │  area
 *   ├──────────────────────────────────────────┤
 *   │ what only serves data                     │  quiet row
 *   ├──────────────────────────────────────────┤
 *   │ cables and tokens that are not plugged in │  beside the table
 *   └──────────────────────────────────────────┘
 * ```
 *
 * Invariants: the size of each part follows from the scene and the width alone, so that nothing jumps while values
 * and plugs change; LEDs have the colours of the moment, and labels keep clear of them where there is room.
 *
 * @module stage
 */
import { arrange, arrangeGroups } from "./arrange.js";
import { Cable, sockets } from "./cables.js";
import { Card, isQuiet } from "./cards.js";
import { h, move, s } from "./dom.js";
import { Links } from "./links.js";
import { Places } from "./places.js";
import { watch, whyNot } from "./session.js";
import { texts } from "./texts.js";
import { Token } from "./tokens.js";

/** More components than this are drawn small. */
const MANY = 16;
/** Plugs of small cards, against those of others: as in cables.css. */
const SMALL_PLUG = 0.61;
/** Narrower than this `[rem]`, cards are small and columns become rows. */
const NARROW_REM = 44;

/** The drawing. */
export class Stage {
  /**
   * @param {HTMLElement} element where to draw
   * @param {(component: number) => void} opened a component was pressed
   */
  constructor(element, opened) {
    this.element = element;
    this.opened = opened;
    this.scene = null;
    this.frame = 0;
    this.places = new Places(() => this.#laySoon());
    new ResizeObserver(() => this.lay()).observe(element);
    watch(() => this.#showReasons());
  }

  /** Another run: everything anew. */
  setScene(scene) {
    this.scene = scene;
    this.plugs = "";
    this.cards = scene.components.map((_, index) => new Card(scene, index));
    this.cables = scene.cables.map((_, index) => new Cable(scene, index));
    this.tokens = scene.tokens.map((_, index) => new Token(scene, index));
    this.free = this.cards.filter((card) => !isQuiet(card.component));
    this.quiet = this.cards.filter((card) => isQuiet(card.component));
    this.many = this.free.length > MANY;
    this.stations = new Map();
    const linkGroup = s("g", { class: "links" });
    this.links = new Links(scene, linkGroup);
    this.quietTitle = h("p", { class: "zone", hidden: true }, texts.dataTitle);
    this.trayTitle = h("p", { class: "zone", hidden: true }, texts.trayTitle);
    this.element.replaceChildren(
      s(
        "svg",
        { class: "wires", "aria-hidden": "true" },
        tip(),
        linkGroup,
        ...this.cables.map((cable) => cable.group),
      ),
      this.quietTitle,
      this.trayTitle,
      ...this.cards.map((card) => card.element),
      ...this.cables.flatMap((cable) => cable.elements),
      ...this.tokens.map((token) => token.element),
    );
    for (const card of this.free)
      this.places.movable(
        card.element,
        card.component.name,
        () => this.stations.get(card),
        () => this.opened(card.index),
      );
    for (const card of this.quiet) card.element.addEventListener("click", () => this.opened(card.index));
    this.places.load();
    this.#showReasons();
  }

  /** Shows a moment. */
  show(moment) {
    for (const card of this.cards) card.show(moment, this.scene);
    moment.cables.forEach((cable, index) => this.cables[index]?.show(cable));
    moment.tokens.forEach((token, index) => this.tokens[index]?.show(token));
    const plugs = JSON.stringify([
      moment.cables.map((cable) => cable.plugged),
      moment.tokens.map((token) => token.at),
    ]);
    if (plugs === this.plugs) return;
    this.plugs = plugs;
    this.#showReasons();
    this.lay();
  }

  /** Shows how the nodes do. */
  showHealth(health) {
    for (const card of this.cards)
      if (card.component.node !== null) card.showHealth(health.nodes[card.component.node]);
  }

  #showReasons() {
    if (this.scene === null) return;
    const reason = whyNot() ?? (this.scene.pluggable ? null : texts.notPluggable);
    for (const part of [...this.cables, ...this.tokens]) part.showReason(reason);
  }

  /** A drag moves faster than the screen shows it. */
  #laySoon() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.lay();
    });
  }

  /** Puts everything where it belongs: first all is measured, then moved. */
  lay() {
    const width = this.element.clientWidth;
    if (this.scene === null || width === 0 || this.cards.length === 0) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const narrow = width < NARROW_REM * rem;
    this.element.dataset.size = this.many ? "tiny" : narrow ? "small" : "full";
    const card = sizeOf(this.free[0] ?? this.quiet[0]);
    const labels = this.cables.map((cable) => cable.labelSize());
    const zones = this.#zones(width, rem, card, narrow);
    const boxes = this.#layCards(zones, card);
    const slots = this.#slots(zones.tray, rem);
    const ends = sockets(this.cables, boxes);
    const bounds = { w: width, h: zones.quiet.y, rem, plug: this.many ? rem * SMALL_PLUG : rem };
    this.cables.forEach((cable, index) => cable.lay(ends[index], slots[index], bounds));
    const obstacles = {
      points: this.cables.flatMap((cable) => cable.curve.points),
      boxes: [...boxes],
      width,
    };
    this.cables.forEach((cable, index) => obstacles.boxes.push(cable.layLabel(labels[index], obstacles)));
    this.tokens.forEach((token, index) => move(token.element, center(slots[this.cables.length + index])));
    this.links.lay(boxes);
  }

  /** The parts of the drawing, from top to bottom; the area takes what the window leaves, and what it needs. */
  #zones(width, rem, card, narrow) {
    const columns = Math.max(1, Math.floor(width / ((this.many ? 6.5 : narrow ? 9.5 : 12.5) * rem)));
    const line = (this.many ? 2.4 : 3) * rem;
    const trayRows = Math.ceil((this.cables.length + this.tokens.length) / columns);
    const quietSize = this.quiet.length > 0 ? sizeOf(this.quiet[0]) : { w: 1, h: 0 };
    const quietColumns = Math.max(1, Math.floor((width - 2 * rem) / (quietSize.w + rem)));
    const quietRows = Math.ceil(this.quiet.length / quietColumns);
    const quietH = quietRows * (quietSize.h + rem * 0.4) + (quietRows > 0 ? 1.6 * rem : 0);
    const trayH = trayRows > 0 ? trayRows * line + 2 * rem : 0;
    const { places, rows } = this.#arrangement(width, card, narrow);
    const need = rows * (card.h + (this.many ? 0.9 : narrow ? 6 : 1.6) * rem) + 1.5 * rem;
    this.element.style.setProperty("--need", `${Math.ceil(need + quietH + trayH)}px`);
    const height = this.element.clientHeight;
    const areaH = height - quietH - trayH;
    return {
      area: { w: width, h: areaH, places },
      quiet: { y: areaH, h: quietH, columns: quietColumns, size: quietSize, rem },
      tray: { y: areaH + quietH, w: width, h: trayH, columns, line },
    };
  }

  /** Where the free cards stand unless moved, and how many are below each other. */
  #arrangement(width, card, narrow) {
    const at = new Map(this.free.map((each, position) => [each.index, position]));
    const cables = this.scene.cables.map((cable) => cable.ends);
    const links = this.scene.links.map((link) => [link.from, link.to]);
    const edges = (cables.length > 0 ? cables : links)
      .map((ends) => ends.map((end) => at.get(end)))
      .filter((ends) => !ends.includes(undefined));
    if (!this.many) return arrange(this.free.length, edges, narrow ? 3 : 5, narrow);
    return arrangeGroups(
      this.free.length,
      edges,
      narrow ? 4 : 6,
      Math.max(1, Math.floor(width / (card.w * 4.2))),
    );
  }

  #layCards({ area, quiet, tray }, card) {
    const rem = quiet.rem;
    const inner = {
      x: card.w / 2 + rem,
      y: card.h / 2 + rem,
      w: area.w - card.w - 2 * rem,
      h: area.h - card.h - 2 * rem,
    };
    const boxes = [];
    this.free.forEach((each, position) => {
      const at = this.places.of(each.component.name) ?? area.places[position];
      this.stations.set(each, { at, size: [inner.w, inner.h] });
      boxes[each.index] = {
        x: inner.x + at[0] * inner.w,
        y: inner.y + at[1] * inner.h,
        w: card.w,
        h: card.h,
      };
    });
    this.quiet.forEach((each, position) => {
      const [column, row] = [position % quiet.columns, Math.floor(position / quiet.columns)];
      boxes[each.index] = {
        x: rem + quiet.size.w / 2 + column * (quiet.size.w + rem),
        y: quiet.y + 1.5 * rem + quiet.size.h / 2 + row * (quiet.size.h + rem * 0.4),
        w: quiet.size.w,
        h: quiet.size.h,
      };
    });
    for (const each of this.cards) move(each.element, boxes[each.index]);
    this.quietTitle.hidden = this.quiet.length === 0;
    this.trayTitle.hidden = tray.h === 0;
    move(this.quietTitle, { x: rem, y: quiet.y + 0.3 * rem });
    move(this.trayTitle, { x: rem, y: tray.y + 0.3 * rem });
    return boxes;
  }

  /** A place for each cable and token beside the table, which is its own. */
  #slots(tray, rem) {
    const w = (tray.w - 2 * rem) / tray.columns;
    return [...this.cables, ...this.tokens].map((_, index) => ({
      x: rem + (index % tray.columns) * w,
      y: tray.y + 1 * rem + 0.9 * tray.line + Math.floor(index / tray.columns) * tray.line,
      w: w - rem,
    }));
  }
}

function sizeOf(card) {
  return { w: card.element.offsetWidth, h: card.element.offsetHeight };
}

function center({ x, y, w }) {
  return { x: x + w / 2, y: y - 6 };
}

/** The arrow head of links. */
function tip() {
  const marker = s(
    "marker",
    { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
    s("path", { d: "M0 0 8 4 0 8Z" }),
  );
  return s("defs", {}, marker);
}
