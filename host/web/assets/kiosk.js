/**
 * The own screen of a component: what it is, what it does now, where it is, and the light of its cables.
 *
 * Invariant: no value stays on the screen that may be old.
 *
 * @module kiosk
 */
import { flowOf } from "./cards.js";
import { h, icon, s, setAttribute, setText } from "./dom.js";
import * as format from "./format.js";
import { line } from "./geometry.js";
import { Leds } from "./leds.js";
import { connect } from "./live.js";
import { texts } from "./texts.js";

/** Cables that fit on a small screen. */
const CABLES = 4;
/** Size of the drawing of a cable's light, in its own units: its height is a `rem`. */
const STRIP = { w: 320, h: 12 };

const name = nameOf(location.pathname.split("/").filter(Boolean).at(-1));
const main = document.getElementById("kiosk");
const parts = {
  drawing: main.firstElementChild,
  name: h("h1", {}, name),
  word: h("p", { class: "word", "data-value": "word" }),
  way: icon("arrow"),
  number: h("span", { class: "number", "data-value": "main" }),
  unit: h("span", { class: "unit" }),
  more: h("ul", { class: "more" }),
  cables: h("ul", { class: "cables" }),
  address: h("span", { "data-value": "address" }),
  link: h("span", { "data-value": "link", role: "status" }),
};
main.append(
  parts.drawing,
  h("div", { class: "what" }, parts.name, parts.word),
  h("div", { class: "value" }, parts.number, parts.unit, parts.way),
  parts.more,
  parts.cables,
  h("footer", {}, parts.link, parts.address),
);

let scene = null;
let component = null;
let more = [];
let strips = [];
let linkUp = false;
let nodeGone = false;

/** A part of the address as text; as it is where it is no such text. */
function nameOf(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function find() {
  const byName = scene.components.find((each) => each.name === name);
  if (byName) return byName;
  const node = scene.nodes.findIndex((each) => each.name === name);
  return scene.components.find((each) => node >= 0 && each.node === node) ?? null;
}

function build(next) {
  scene = next;
  component = find();
  document.title = name;
  setAttribute(main, "data-unknown", component === null ? "true" : null);
  if (component === null) {
    setText(parts.word, texts.unknown(name));
    return;
  }
  setAttribute(main, "data-component", component.name);
  setText(parts.name, component.name);
  parts.drawing.replaceChildren(icon(component.icon));
  setText(parts.unit, scene.items[component.main[0]]?.unit ?? "");
  setText(parts.address, scene.nodes[component.node]?.address ?? texts.onHost);
  more = component.main
    .slice(1, 3)
    .map((position) => ({ position, ...scene.items[position], number: h("span", { class: "number" }) }));
  parts.more.replaceChildren(
    ...more.map(({ item, unit, number }) =>
      h(
        "li",
        {},
        h("span", { class: "label" }, item.split(".").at(-1)),
        number,
        h("span", { class: "unit" }, unit),
      ),
    ),
  );
  const index = scene.components.indexOf(component);
  strips = scene.cables
    .flatMap((cable, position) =>
      cable.ends.includes(index) ? [strip(cable, position, cable.ends.indexOf(index))] : [],
    )
    .slice(0, CABLES);
  parts.cables.replaceChildren(...strips.map(({ element }) => element));
}

/** The strip at this component's end of a cable. */
function strip(cable, position, end) {
  const group = s("g", { "data-light": cable.id });
  const leds = new Leds(group);
  leds.place(line({ x: 2, y: STRIP.h / 2 }, { x: STRIP.w - 2, y: STRIP.h / 2 }), STRIP.h);
  const element = h(
    "li",
    { "data-cable": cable.id },
    h("span", { class: "label" }, cable.name || texts.cable(cable.id)),
    s(
      "svg",
      { viewBox: `0 0 ${STRIP.w} ${STRIP.h}`, "aria-hidden": "true" },
      s("rect", { class: "sheath", width: STRIP.w, height: STRIP.h, rx: STRIP.h / 2 }),
      group,
    ),
  );
  return { position, end, leds, element };
}

function show(moment) {
  if (component === null) return;
  const flow = flowOf(component, moment.values);
  const main_ = component.main[0];
  const value = moment.values[main_] ?? null;
  const isFlow = component.flow?.item === main_;
  setAttribute(main, "data-way", flow?.way ?? "none");
  if (!nodeGone) setText(parts.word, flow?.word ?? "");
  setText(
    parts.number,
    nodeGone
      ? format.NONE
      : format.value(
          isFlow && typeof value === "number" ? Math.abs(value) : value,
          scene.items[main_]?.unit ?? "",
        ),
  );
  for (const { position, unit, number } of more)
    setText(number, nodeGone ? format.NONE : format.value(moment.values[position] ?? null, unit));
  for (const { position, leds, element } of strips) {
    const cable = moment.cables[position];
    leds.show(cable.light);
    setAttribute(element, "data-plugged", String(cable.plugged.every(Boolean)));
  }
}

/** Without the host, or without the node, nothing is known. */
function showWaiting() {
  setAttribute(main, "data-waiting", linkUp && !nodeGone ? null : "true");
  if (linkUp && !nodeGone) return;
  setText(parts.word, texts.waiting);
  setText(parts.number, format.NONE);
  for (const { number } of more) setText(number, format.NONE);
  if (!linkUp) setText(parts.link, "");
}

connect({
  link(up) {
    linkUp = up;
    showWaiting();
  },
  scene: build,
  moment: show,
  health(health) {
    const node = component === null ? undefined : health.nodes[component.node];
    if (node === undefined) return;
    nodeGone = ["waiting", "frozen", "busy", "connecting"].includes(node.link);
    setText(parts.link, node.identifying ? texts.saysItIsMe : (texts.nodeIs[node.link] ?? node.link));
    setAttribute(parts.link, "data-link", node.link);
    setAttribute(main, "data-identifying", node.identifying ? "true" : null);
    showWaiting();
  },
});
showWaiting();
