/**
 * Dragging with mouse, pen or finger, told from a press.
 *
 * @module drag
 */

/** Less than so far `[px]` is a press. */
const NEAR_PX = 5;

/**
 * @param {HTMLElement} element what is dragged
 * @param {object} does what happens
 * @param {() => void} does.click a press, also by keyboard
 * @param {() => void} [does.start] before the first move
 * @param {(dx: number, dy: number) => void} does.move how far it is from where it was `[px]`
 * @param {(x: number, y: number) => void} does.end where in the window it was let go `[px]`
 */
export function drag(element, { click, start, move, end }) {
  let from = null;
  let moved = false;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = event;
    moved = false;
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const [dx, dy] = [event.clientX - from.clientX, event.clientY - from.clientY];
    if (!moved && Math.hypot(dx, dy) < NEAR_PX) return;
    if (!moved) {
      moved = true;
      element.classList.add("dragged");
      start?.();
    }
    move(dx, dy);
  });
  const finish = (event) => {
    from = null;
    if (!moved) return;
    element.classList.remove("dragged");
    end(event.clientX, event.clientY);
  };
  element.addEventListener("pointerup", finish);
  element.addEventListener("pointercancel", finish);
  element.addEventListener("click", (event) => {
    if (moved && event.detail > 0) moved = false;
    else click();
  });
}
