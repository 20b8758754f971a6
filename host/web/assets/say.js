/**
 * Short words to the person: messages that go by themselves, and questions.
 *
 * @module say
 */
import { h } from "./dom.js";
import { texts } from "./texts.js";

/** How long a message stays `[ms]`. */
const SHOWN_MS = 7000;
/** How many stay at most. */
const SHOWN = 3;

const box = h("div", { id: "messages", role: "status", "aria-live": "polite" });
document.body.append(box);

/** Shows a sentence for a while; `kind` is `done` or `error`. */
export function say(sentence, kind = "done") {
  const message = h("p", { class: `message ${kind}` }, sentence);
  box.append(message);
  while (box.childElementCount > SHOWN) box.firstElementChild.remove();
  setTimeout(() => message.remove(), SHOWN_MS);
}

/**
 * Asks in a dialog, and waits.
 *
 * @param {string} title the question
 * @param {string} why what will happen
 * @param {string} yes the word on the button that agrees
 * @param {Node[]} [parts] more of the dialog: fields
 * @param {boolean} [grave] whether it cannot be undone from here
 * @returns {Promise<boolean>} whether the person agreed
 */
export function ask(title, why, yes, parts = [], grave = false) {
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { id: "question" }, title),
    h("p", {}, why),
    ...parts,
    h(
      "div",
      { class: "answers" },
      h("button", { type: "button", "data-do": "cancel", onclick: () => close(false) }, texts.cancel),
      h("button", { type: "submit", "data-do": "confirm", class: grave ? "grave" : "main" }, yes),
    ),
  );
  return open(
    form,
    (done) =>
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        done(true);
      }),
    (value) => value ?? false,
  );
}

/**
 * Lets the person choose one of several.
 *
 * @param {string} title the question
 * @param {string[]} choices what there is
 * @returns {Promise<string|null>} the choice, or nothing
 */
export function choose(title, choices) {
  const buttons = choices.map((choice) =>
    h("button", { type: "button", "data-choice": choice, onclick: () => close(choice) }, choice),
  );
  const form = h(
    "div",
    {},
    h("h2", { id: "question" }, title),
    h("div", { class: "choices" }, ...buttons),
    h(
      "div",
      { class: "answers" },
      h("button", { type: "button", "data-do": "cancel", onclick: () => close(null) }, texts.cancel),
    ),
  );
  return open(
    form,
    () => {},
    (value) => value ?? null,
  );
}

let close = () => {};

/** Opens the one dialog of the page; a question that is open already is given up. */
function open(content, prepare, answer) {
  close(undefined);
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-labelledby": "question" }, content);
    close = (value) => {
      close = () => {};
      dialog.close();
      dialog.remove();
      resolve(answer(value));
    };
    prepare((value) => close(value));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(undefined);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
