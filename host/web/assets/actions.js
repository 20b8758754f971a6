/**
 * What can be done with selected nodes. Each node is asked by itself, so that each has a result of its own.
 *
 * @module actions
 */
import * as api from "./api.js";
import { h } from "./dom.js";
import * as format from "./format.js";
import { ask, say } from "./say.js";
import { logIn, press, setReason, watch, whyNot } from "./session.js";
import { texts } from "./texts.js";

const ACTIONS = {
  identify: (name) => ({ do: "identify", nodes: [name], on: true }),
  "end-identify": (name) => ({ do: "identify", nodes: [name], on: false }),
  reboot: (name) => ({ do: "reboot", nodes: [name] }),
  shutdown: (name) => ({ do: "shutdown", nodes: [name] }),
};

/**
 * @param {() => import("./node_row.js").NodeRow[]} selected who is selected
 * @returns {{buttons: HTMLElement[], setCount: (count: number) => void}}
 */
export function actions(selected) {
  let count = 0;
  let busy = null;
  const buttons = Object.keys(ACTIONS).map((action) => {
    const button = h(
      "button",
      { type: "button", "data-do": action, onclick: () => press(button, () => run(action)) },
      texts.actions[action],
    );
    return button;
  });

  function showReasons() {
    const reason = whyNot() ?? busy ?? (count === 0 ? texts.selectFirst : null);
    for (const button of buttons) setReason(button, reason, texts.actionTitles[button.dataset.do]);
  }

  async function run(action) {
    const rows = selected();
    const names = texts.nodesNamed(rows.map((row) => row.name));
    const asked = texts.actionAsk[action];
    if (asked && !(await ask(asked(names), texts.actionWhy[action], texts.actionYes[action], [], true)))
      return;
    for (const row of rows) row.say("…", "busy");
    for (const [done, row] of rows.entries()) {
      busy = texts.working(done, rows.length);
      showReasons();
      await one(action, row);
    }
    busy = null;
    showReasons();
  }

  async function one(action, row) {
    try {
      await api.command(ACTIONS[action](row.name));
      row.say(texts.accepted(texts.actions[action].replace("…", ""), format.now()), "done");
    } catch (error) {
      if (error.status === 403 && (await logIn())) return one(action, row);
      row.say(texts.failed(error.message), "error");
      if (error.status === 0) say(error.message, "error");
    }
    return undefined;
  }

  watch(showReasons);
  return {
    buttons,
    setCount(now) {
      if (now === count) return;
      count = now;
      showReasons();
    },
  };
}
