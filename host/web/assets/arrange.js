/**
 * Where components stand before anybody has moved them. Pure.
 *
 * Energy runs from left to right (from top to bottom on a narrow screen): a component stands one column behind the
 * last one that feeds it.
 *
 * @module arrange
 */

/**
 * @param {number} count how many components
 * @param {[number, number][]} edges who feeds whom, by position; may run in circles
 * @param {number} most how many stand in one column at most
 * @param {boolean} upright whether columns become rows
 * @returns {[number, number][]} places, from 0 to 1 in both directions
 */
export function arrange(count, edges, most, upright) {
  const columns = split(order(layers(count, edges), edges), most);
  const places = Array.from({ length: count }, () => [0.5, 0.5]);
  columns.forEach((column, x) => column.forEach((component, y) => {
    const place = [(x + 0.5) / columns.length, (y + 0.5) / column.length];
    places[component] = upright ? place.reverse() : place;
  }));
  return places;
}

/** Who has no edge stands in the first columns of what is left over, evenly. */
function layers(count, edges) {
  const feeds = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) if (from !== to) feeds[from].push(to);
  const rank = Array(count).fill(0);
  const state = Array(count).fill("new");
  const sorted = [];
  const visit = (component) => {
    state[component] = "open";
    for (const next of feeds[component]) if (state[next] === "new") visit(next);
    state[component] = "done";
    sorted.unshift(component);
  };
  for (let component = 0; component < count; component += 1) if (state[component] === "new") visit(component);
  const at = new Map(sorted.map((component, position) => [component, position]));
  for (const component of sorted) {
    for (const next of feeds[component]) if (at.get(next) > at.get(component)) rank[next] = Math.max(rank[next], rank[component] + 1);
  }
  const result = [];
  rank.forEach((layer, component) => (result[layer] ??= []).push(component));
  return result.filter(Boolean);
}

/** Neighbours stand at like heights: cables cross less. */
function order(columns, edges) {
  const height = new Map();
  const settle = (column) => column.forEach((component, y) => height.set(component, (y + 0.5) / column.length));
  columns.forEach(settle);
  for (let round = 0; round < 4; round += 1) {
    for (const column of columns) {
      const wish = new Map(column.map((component) => {
        const others = edges.filter((edge) => edge.includes(component)).map(([from, to]) => height.get(from === component ? to : from));
        return [component, others.length === 0 ? height.get(component) : others.reduce((sum, other) => sum + other, 0) / others.length];
      }));
      column.sort((one, other) => wish.get(one) - wish.get(other));
      settle(column);
    }
  }
  return columns;
}

function split(columns, most) {
  return columns.flatMap((column) => {
    const parts = Math.ceil(column.length / most);
    const size = Math.ceil(column.length / parts);
    return Array.from({ length: parts }, (_, part) => column.slice(part * size, (part + 1) * size));
  });
}
