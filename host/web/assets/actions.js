/**
 * What can be done with selected nodes. Each node is asked by itself, so that each has a result of its own.
 *
 * @module actions
 */
import * as api from "./api.js";
import { h, setAttribute } from "./dom.js";
import * as format from "./format.js";
import { ask, say } from "./say.js";
import { logIn, press, setReason, watch, whyNot } from "./session.js";
import { texts } from "./texts.js";

const ACTIONS = {
  identify: (name) => ({ do: "identify", nodes: [name], on: true }),
  "end-identify": (name) => ({ do: "identify", nodes: [name], on: false }),
  restart: (name) => ({ do: "restart", nodes: [name] }),
  reboot: (name) => ({ do: "reboot", nodes: [name] }),
  shutdown: (name) => ({ do: "shutdown", nodes: [name] }),
  action: (name, own) => ({ do: "action", nodes: [name], action: own }),
};

/**
 * @param {() => import("./node_row.js").NodeRow[]} selected who is selected
 * @returns {{buttons: HTMLElement[], setCount: (count: number) => void, setOwn: (names: string[]) => void}}
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
  // Own actions have their names beside their button; where no node has any there is neither.
  const which = h("select", { "data-do": "own-action", "aria-label": texts.ownAction });
  const own = h("span", { class: "own-actions", hidden: true }, which, buttons.pop());

  function showReasons() {
    const reason = whyNot() ?? busy ?? (count === 0 ? texts.selectFirst : null);
    for (const button of [...buttons, own.lastElementChild]) setReason(button, reason, texts.actionTitles[button.dataset.do]);
  }

  async function run(action) {
    const rows = selected();
    const names = texts.nodesNamed(rows.map((row) => row.name));
    const asked = texts.actionAsk[action];
    const name = which.value;
    if (asked && !(await ask(asked(names, name), texts.actionWhy[action], texts.actionYes[action], [], true)))
      return;
    for (const row of rows) row.say("…", "busy");
    for (const [done, row] of rows.entries()) {
      busy = texts.working(done, rows.length);
      showReasons();
      await one(action, row, name);
    }
    busy = null;
    showReasons();
  }

  async function one(action, row, name) {
    try {
      await api.command(ACTIONS[action](row.name, name));
      row.sent(
        texts.accepted(action === "action" ? name : texts.actions[action].replace("…", ""), format.now()),
      );
    } catch (error) {
      if (error.status === 403 && (await logIn())) return one(action, row, name);
      row.say(texts.failed(error.message), "error");
      if (error.status === 0) say(error.message, "error");
    }
    return undefined;
  }

  watch(showReasons);
  return {
    buttons: [...buttons, own],
    setOwn(names) {
      const key = JSON.stringify(names);
      if (which.dataset.key === key) return;
      const { value } = which;
      setAttribute(which, "data-key", key);
      which.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
      if (names.includes(value)) which.value = value;
      own.hidden = names.length === 0;
    },
    setCount(now) {
      if (now === count) return;
      count = now;
      showReasons();
    },
  };
}
