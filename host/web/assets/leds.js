/**
 * The light of a cable: one SVG circle per LED, filled with exactly the colour that the strip got.
 *
 * Two rows run side by side from the first end to the second: above, the strip at the first end; below, the one at
 * the second end, which counts from there.
 *
 * @module leds
 */
import { s } from "./dom.js";
import { spot } from "./geometry.js";

/** Half of what the rows are apart `[rem]`. */
const HALF = 0.165;
/** Greatest radius of an LED `[rem]`. */
const RADIUS = 0.135;

/** The two rows of LEDs of a cable. */
export class Leds {
  /** @param {SVGGElement} group where the LEDs are drawn */
  constructor(group) {
    this.rows = [0, 1].map((end) => s("g", { "data-strip": end }));
    this.shown = ["", ""];
    this.curve = null;
    this.rem = 16;
    group.append(...this.rows);
  }

  /**
   * Lays the rows along a curve.
   *
   * @param {object} curve where
   * @param {number} rem what one `rem` is in the units of the curve
   */
  place(curve, rem) {
    this.curve = curve;
    this.rem = rem;
    this.rows.forEach((_, end) => this.#place(end));
  }

  /**
   * Shows the pixels of both strips.
   *
   * @param {[string, string]} light six hexadecimal digits per LED; empty where there is no strip
   */
  show(light) {
    light.forEach((pixels, end) => {
      if (pixels === this.shown[end]) return;
      const before = this.shown[end];
      this.shown[end] = pixels;
      if (pixels.length !== before.length) this.#make(end, pixels.length / 6);
      const leds = this.rows[end].children;
      for (let led = 0; led < leds.length; led += 1) {
        const pixel = pixels.slice(led * 6, led * 6 + 6);
        if (pixels.length !== before.length || before.slice(led * 6, led * 6 + 6) !== pixel)
          leds[led].setAttribute("fill", `#${pixel}`);
      }
    });
  }

  #make(end, count) {
    const leds = Array.from({ length: count }, (_, led) => s("circle", { "data-led": led }));
    this.rows[end].replaceChildren(...leds);
    this.#place(end);
  }

  #place(end) {
    const leds = this.rows[end].children;
    if (this.curve === null || leds.length === 0) return;
    const radius = Math.min(RADIUS * this.rem, (this.curve.length / leds.length) * 0.42).toFixed(2);
    for (let led = 0; led < leds.length; led += 1) {
      const share = (led + 0.5) / leds.length;
      const { x, y, nx, ny } = spot(this.curve, end === 0 ? share : 1 - share);
      const off = (end === 0 ? -HALF : HALF) * this.rem;
      leds[led].setAttribute("cx", (x + nx * off).toFixed(2));
      leds[led].setAttribute("cy", (y + ny * off).toFixed(2));
      leds[led].setAttribute("r", radius);
    }
  }
}
