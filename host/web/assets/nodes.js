/**
 * The nodes page.
 *
 * @module nodes
 */
import { actions } from "./actions.js";
import { h, setAttribute, setText } from "./dom.js";
import { Head } from "./head.js";
import { connect } from "./live.js";
import { headCells, NodeRow } from "./node_row.js";
import { RackView } from "./rack.js";
import { setMe, setWhyNot } from "./session.js";
import { texts } from "./texts.js";

const place = (id) => document.getElementById(id);

const head = new Head("nodes");
let scene = null;
let rows = new Map();
let state = null;

const search = h("input", {
  type: "search",
  placeholder: texts.searchNodes,
  "aria-label": texts.searchNodes,
  "data-do": "search-nodes",
  oninput: filter,
});
const states = h("div", { class: "states", role: "group", "aria-label": texts.columns.link });
const all = h("input", {
  type: "checkbox",
  "aria-label": texts.selectAll,
  "data-select-all": true,
  onchange: selectAll,
});
const count = h("span", { class: "count", role: "status" });
const body = h("tbody");
const none = h("p", { class: "empty", hidden: true });
const rack = new RackView(place("rack"), (names, chosen) => {
  for (const name of names) {
    const row = rows.get(name);
    if (row && !row.element.hidden) row.box.checked = chosen;
  }
  picked();
});
const bar = actions(selected);
place("find").append(h("h1", {}, texts.nodesTitle), search, states);
place("act").append(h("label", { class: "all" }, all, count), ...bar.buttons);
place("nodes").append(
  h("table", {}, h("thead", {}, h("tr", {}, h("td", { class: "select" }), ...headCells())), body),
  none,
);

function shown() {
  return [...rows.values()].filter((row) => !row.element.hidden);
}

function selected() {
  return shown().filter((row) => row.box.checked);
}

function selectAll() {
  for (const row of shown()) row.box.checked = all.checked;
  picked();
}

function picked() {
  const chosen = selected().length;
  const there = shown().length;
  setText(count, texts.selected(chosen, there));
  all.checked = chosen > 0 && chosen === there;
  all.indeterminate = chosen > 0 && chosen < there;
  bar.setCount(chosen);
  rack.show(rows);
}

/** Shows who matches the words and the state. */
function filter() {
  const words = search.value.toLowerCase().split(/\s+/);
  for (const row of rows.values()) {
    row.element.hidden =
      !(state === null || row.link === state) || !words.every((word) => row.text.includes(word));
  }
  none.hidden = shown().length > 0;
  setText(none, rows.size === 0 ? texts.noNodes : texts.noMatch);
  picked();
}

/** The states that there are, with how many nodes are in each. */
function showStates() {
  const counts = new Map([[null, rows.size]]);
  for (const { link } of rows.values()) counts.set(link, (counts.get(link) ?? 0) + 1);
  for (const link of Object.keys(texts.linkStates)) {
    if (state === link && !counts.has(link)) counts.set(link, 0);
  }
  const key = JSON.stringify([...counts, state]);
  if (states.dataset.key === key) return;
  states.dataset.key = key;
  const focused = states.contains(document.activeElement) ? document.activeElement.dataset.state : null;
  states.replaceChildren(
    ...[...counts].map(([link, many]) =>
      h(
        "button",
        {
          type: "button",
          "data-state": link ?? "all",
          "aria-pressed": String(state === link),
          onclick: () => {
            state = link;
            showStates();
            filter();
          },
        },
        `${link === null ? texts.all : (texts.linkStates[link] ?? link)} ${many}`,
      ),
    ),
  );
  if (focused !== null) states.querySelector(`[data-state="${focused}"]`)?.focus();
}

/** Other nodes: their rows anew, in the order of the host. */
function build(nodes) {
  const names = nodes.map((node) => node.name);
  const components = (name) => {
    const index = scene?.nodes.findIndex((node) => node.name === name) ?? -1;
    return (
      scene?.components
        .filter(({ node }) => node !== null && node === index)
        .map((component) => component.name) ?? []
    );
  };
  rows = new Map(names.map((name) => [name, rows.get(name) ?? new NodeRow(name, components(name), picked)]));
  body.replaceChildren(...[...rows.values()].map((row) => row.element));
}

connect({
  me: setMe,
  link: (up) => head.setLink(up),
  scene(next) {
    scene = next;
    rows = new Map();
    setWhyNot(scene.replay ? texts.isRecording : null);
    head.setScene(scene);
    rack.build(scene.rack);
    setAttribute(place("rack"), "aria-label", texts.rack);
  },
  health(health) {
    const names = health.nodes.map((node) => node.name);
    if (names.join("\n") !== [...rows.keys()].join("\n")) build(health.nodes);
    for (const node of health.nodes) rows.get(node.name).show(node);
    bar.setOwn([...new Set(health.nodes.flatMap((node) => node.offers?.actions ?? []))].sort());
    showStates();
    filter();
    setAttribute(place("nodes"), "data-ready", "true");
  },
});
