/**
 * Where components stand before anybody has moved them. Pure.
 *
 * Energy runs from left to right (from top to bottom on a narrow screen): a component stands one column behind the
 * last one that feeds it.
 *
 * @module arrange
 */

/** From so many cables on, others gather around a component. */
const HUB = 3;
/** Cards beside each other where groups of them have none around it. */
const PER_GROUP = 2.5;

/**
 * Energy from left to right.
 *
 * @param {number} count how many components
 * @param {[number, number][]} edges who feeds whom, by position; may run in circles
 * @param {number} most how many stand in one column at most
 * @param {boolean} upright whether columns become rows
 * @returns {{places: [number, number][], rows: number}} places, from 0 to 1 in both directions; how many cards stand
 *   below each other
 */
export function arrange(count, edges, most, upright) {
  const columns = split(order(layers(count, edges), edges), most);
  const places = Array.from({ length: count }, () => [0.5, 0.5]);
  const longest = Math.max(1, ...columns.map((column) => column.length));
  columns.forEach((column, x) =>
    column.forEach((component, y) => {
      const place = [spread(x, columns.length, columns.length + 0.25), spread(y, column.length, longest)];
      places[component] = upright ? place.reverse() : place;
    }),
  );
  return { places, rows: upright ? columns.length : longest };
}

/**
 * Many components: whoever hangs on one hub stands around it, and the groups stand in a grid. Where there is no hub,
 * all stand in lines.
 *
 * @param {number} count how many components
 * @param {[number, number][]} edges who feeds whom, by position
 * @param {number} most how many stand in one column at most
 * @param {number} across groups beside each other at most
 * @returns {{places: [number, number][], rows: number}} as for [`arrange`]
 */
export function arrangeGroups(count, edges, most, across) {
  const near = neighbours(count, edges);
  if (near.every((others) => others.size < HUB))
    return arrangeLine(count, edges, Math.max(2, Math.floor(across * PER_GROUP)));
  const groups = gather(near);
  const lines = Math.ceil(groups.length / across);
  const columns = Math.ceil(groups.length / lines);
  const places = [];
  let rows = 1;
  groups.forEach((group, index) => {
    const at = new Map(group.map((component, position) => [component, position]));
    const inner = edges
      .filter((ends) => ends.every((end) => at.has(end)))
      .map((ends) => ends.map((end) => at.get(end)));
    const own = arrange(group.length, inner, most, false);
    rows = Math.max(rows, own.rows);
    const cell = [index % columns, Math.floor(index / columns)];
    group.forEach((component, position) => {
      const [x, y] = own.places[position];
      places[component] = [(cell[0] + 0.1 + 0.8 * x) / columns, (cell[1] + 0.08 + 0.84 * y) / lines];
    });
  });
  return { places, rows: rows * lines };
}

/** Lines without a hub: one behind the other, to and fro like a path. */
function arrangeLine(count, edges, across) {
  const columns = Math.min(across, count);
  const rows = Math.ceil(count / columns);
  const places = [];
  layers(count, edges)
    .flat()
    .forEach((component, position) => {
      const [row, along] = [Math.floor(position / columns), position % columns];
      const column = row % 2 === 0 ? along : columns - 1 - along;
      places[component] = [spread(column, columns, columns), spread(row, rows, rows)];
    });
  return { places, rows };
}

/** Whom each component has a cable to. */
function neighbours(count, edges) {
  const near = Array.from({ length: count }, () => new Set());
  for (const [from, to] of edges) {
    near[from].add(to);
    near[to].add(from);
  }
  return near;
}

/** Groups around hubs; who is near none is in the last group. */
function gather(near) {
  const groups = new Map();
  for (let component = 0; component < near.length; component += 1) {
    const candidates = [component, ...near[component]].filter((each) => near[each].size >= HUB);
    const hub =
      near[component].size >= HUB
        ? component
        : candidates.sort((one, other) => near[other].size - near[one].size)[0];
    if (!groups.has(hub)) groups.set(hub, []);
    groups.get(hub).push(component);
  }
  const rest = groups.get(undefined);
  groups.delete(undefined);
  return rest ? [...groups.values(), rest] : [...groups.values()];
}

/** Place `index` of `count`, evenly; fewer than `most` keep away from the ends. */
function spread(index, count, most) {
  if (count === 1) return 0.5;
  const margin = (most - count) / (2 * most);
  return margin + (index / (count - 1)) * (1 - 2 * margin);
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
    for (const next of feeds[component])
      if (at.get(next) > at.get(component)) rank[next] = Math.max(rank[next], rank[component] + 1);
  }
  const result = [];
  rank.forEach((layer, component) => (result[layer] ??= []).push(component));
  return result.filter(Boolean);
}

/** Neighbours stand at like heights: cables cross less. */
function order(columns, edges) {
  const height = new Map();
  const settle = (column) =>
    column.forEach((component, y) => height.set(component, (y + 0.5) / column.length));
  columns.forEach(settle);
  for (let round = 0; round < 4; round += 1) {
    for (const column of columns) {
      const wish = new Map(
        column.map((component) => {
          const others = edges
            .filter((edge) => edge.includes(component))
            .map(([from, to]) => height.get(from === component ? to : from));
          return [
            component,
            others.length === 0
              ? height.get(component)
              : others.reduce((sum, other) => sum + other, 0) / others.length,
          ];
        }),
      );
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
