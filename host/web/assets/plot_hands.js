/**
 * Zoom, pan and cursor of a plot, by mouse, finger and keyboard.
 *
 * @module plot_hands
 */

/** Less than so far `[px]` is no choice. */
const NEAR_PX = 6;
/** Zoom of one press of a key. */
const KEY_ZOOM = 0.7;
/** Zoom per pixel of the wheel. */
const WHEEL_ZOOM = 0.0016;
/** Pan of one press of a key, as a share of what is in view. */
const KEY_PAN = 0.15;

/** Lets a person move a [`Plot`](./plot.js). */
export function handle(plot, whole) {
  const { canvas } = plot;
  const fingers = new Map();
  let choice = null;

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event.offsetX);
    const pans = event.shiftKey || event.pointerType === "touch";
    choice = { from: event.offsetX, pans };
  });

  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (event.pointerType !== "touch" || before !== undefined)
      plot.setCursor(Math.floor(plot.stepAt(event.offsetX)));
    if (before === undefined) return;
    if (fingers.size === 2) pinch(event, before);
    else if (choice.pans) pan(plot.stepAt(before) - plot.stepAt(event.offsetX));
    else plot.setZooming([choice.from, event.offsetX]);
    fingers.set(event.pointerId, event.offsetX);
  });

  function pinch(event, before) {
    const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
    const [old, now] = [Math.abs(before - other), Math.abs(event.offsetX - other)];
    if (old > NEAR_PX && now > NEAR_PX) plot.zoom(old / now, plot.stepAt((event.offsetX + other) / 2));
  }

  function pan(steps) {
    plot.ask(plot.view.from + steps, plot.view.to + steps);
  }

  const lift = (event) => {
    fingers.delete(event.pointerId);
    if (
      choice !== null &&
      !choice.pans &&
      event.type === "pointerup" &&
      Math.abs(event.offsetX - choice.from) > NEAR_PX
    ) {
      const chosen = [plot.stepAt(choice.from), plot.stepAt(event.offsetX)];
      plot.ask(Math.min(...chosen), Math.max(...chosen));
    }
    choice = null;
    plot.setZooming(null);
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => plot.setCursor(null));

  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
        pan((event.deltaX / plot.width) * (plot.view.to - plot.view.from));
      else plot.zoom(Math.exp(event.deltaY * WHEEL_ZOOM), plot.stepAt(event.offsetX));
    },
    { passive: false },
  );

  canvas.addEventListener("keydown", (event) => {
    const { from, to } = plot.view;
    const middle = plot.cursor ?? (from + to) / 2;
    const step = Math.max(1, Math.round((to - from) / 200));
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (side !== undefined && event.shiftKey) pan(side * (to - from) * KEY_PAN);
    else if (side !== undefined) plot.setCursor(middle + side * step);
    else if (event.key === "+" || event.key === "=") plot.zoom(KEY_ZOOM, middle);
    else if (event.key === "-") plot.zoom(1 / KEY_ZOOM, middle);
    else if (event.key === "0" || event.key === "Home") whole();
    else if (event.key === "Escape") plot.setCursor(null);
    else return;
    event.preventDefault();
  });
}
