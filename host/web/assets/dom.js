/**
 * Elements from data. Texts go in as text nodes, never as markup.
 *
 * @module dom
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Fills an element: functions become listeners (`onclick`), `true` an empty attribute, and `null`, `undefined` and
 * `false` none.
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** An HTML element with attributes and children (elements or texts). */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element with attributes and children. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** The drawing `name` of icons.svg, as decoration. */
export function icon(name) {
  return s("svg", { class: "icon", "aria-hidden": "true" }, s("use", { href: `/assets/icons.svg#${name}` }));
}

/** Sets a text if it is another one: screen readers and the layout see changes only. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets an attribute if it is another one; `null` takes it away. */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/** Moves an element that stands at the origin to a point `[px]`. */
export function move(element, { x, y }) {
  const place = `${x.toFixed(1)}px ${y.toFixed(1)}px`;
  if (element.style.translate !== place) element.style.translate = place;
}
