/**
 * Connections that run through no cable, as thin lines with an arrow.
 *
 * @module links
 */
import { s } from "./dom.js";
import { anchor, curve, pathData, SIDES, sideTowards } from "./geometry.js";

/** The lines of all links of a run. */
export class Links {
  /**
   * @param {object} scene the run
   * @param {SVGGElement} group where they are drawn
   */
  constructor(scene, group) {
    this.lines = scene.links.map((link) => {
      const path = s("path", {
        class: "link",
        "marker-end": "url(#tip)",
        "data-link-from": scene.components[link.from].name,
        "data-link-to": scene.components[link.to].name,
      });
      path.append(s("title", {}));
      path.firstChild.textContent = `${link.what.join(", ")} → ${scene.components[link.to].name}`;
      return { link, path };
    });
    group.replaceChildren(...this.lines.map(({ path }) => path));
  }

  /** Lays the lines between the boxes of the components. */
  lay(boxes) {
    for (const { link, path } of this.lines) {
      const [from, to] = [boxes[link.from], boxes[link.to]];
      const [leaves, arrives] = [sideTowards(from, to), sideTowards(to, from)];
      path.setAttribute(
        "d",
        pathData(curve(anchor(from, leaves, 0, 2), SIDES[leaves], anchor(to, arrives, 0, 2), SIDES[arrives])),
      );
    }
  }
}
