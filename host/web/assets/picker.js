/**
 * A searchable list of items, to put them into a plot.
 *
 * @module picker
 */
import { h, setText } from "./dom.js";
import * as format from "./format.js";
import { texts } from "./texts.js";

/** Texts have no line: they are not listed. Items that are listed at most: more are found by typing more. */
const LISTED = 200;

/**
 * @param {import("./plots.js").Plots} plots where chosen items go
 * @returns {{element: HTMLElement, setScene: (scene: object) => void}}
 */
export function picker(plots) {
  let items = [];
  const list = h("ul", { class: "picks" });
  const none = h("p", { class: "empty", hidden: true }, texts.noItem);
  const search = h("input", {
    type: "search",
    placeholder: texts.searchItems,
    "aria-label": texts.searchItems,
    "data-do": "search-items",
    oninput: filter,
  });
  const element = h(
    "details",
    { class: "picker" },
    h("summary", { "data-do": "add-item" }, texts.addItem),
    h("div", { class: "drop" }, search, list, none),
  );
  element.addEventListener("toggle", () => element.open && (filter(), search.focus()));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    element.open = false;
    element.querySelector("summary").focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!element.contains(event.target)) element.open = false;
  });

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/);
    const found = items
      .filter(
        ({ text, position }) =>
          words.every((word) => text.includes(word)) && typeof plots.values?.[position] !== "string",
      )
      .slice(0, LISTED);
    none.hidden = found.length > 0;
    list.replaceChildren(
      ...found.map(({ item, unit }) => {
        const box = h("input", {
          type: "checkbox",
          "data-pick": item,
          onchange: () => pick(item, box.checked),
        });
        box.checked = plots.chosen.includes(item);
        const row = h("label", {}, box, h("span", { class: "name" }, item), h("span", { class: "unit" }));
        setText(row.lastChild, unit);
        return h("li", {}, row);
      }),
    );
  }

  function pick(item, chosen) {
    plots.choose(chosen ? [...plots.chosen, item] : plots.chosen.filter((each) => each !== item));
  }

  return {
    element,
    setScene(scene) {
      items = scene.items.map(({ item, unit, component }, position) => ({
        item,
        unit,
        position,
        text: `${item} ${unit} ${scene.components[component]?.name ?? ""}`.toLowerCase(),
      }));
    },
  };
}
