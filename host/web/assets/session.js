/**
 * What this viewer may do, and the way to more: commands, and the dialog that asks for the token.
 *
 * @module session
 */
import * as api from "./api.js";
import { h, setAttribute } from "./dom.js";
import { ask, say } from "./say.js";
import { texts } from "./texts.js";

const state = { login: false, mayCommand: false, why: null };
const watchers = new Set();

/** Takes what `/api/v1/me` says. */
export function setMe(me) {
  state.mayCommand = me.may_command;
  state.login = me.login;
  changed();
}

/** Says why nothing can be asked of this run by anybody (a recording), or `null`. */
export function setWhyNot(sentence) {
  state.why = sentence;
  changed();
}

/** Why commands are refused here, as a sentence; `null` if they are not. */
export function whyNot() {
  return state.why ?? (state.mayCommand ? null : texts.guest);
}

/** Why this viewer may command nothing; `null` if he may. What cannot be asked of a recording is not in it. */
export function whyGuest() {
  return state.mayCommand ? null : texts.guest;
}

/** Whether there is something to log in to: who is at the host itself needs no token. */
export const hasLogin = () => state.login;

/** Whether this viewer may command. */
export const mayCommand = () => state.mayCommand;

/** Calls `watcher` now and whenever the answer of [`whyNot`] may have changed. */
export function watch(watcher) {
  watchers.add(watcher);
  watcher();
}

function changed() {
  for (const watcher of watchers) watcher();
}

/**
 * Asks something of the run. A guest is asked for the token first; a refusal is said.
 *
 * @returns {Promise<boolean>} whether it was accepted
 */
export async function command(what) {
  try {
    await api.command(what);
    return true;
  } catch (error) {
    if (error.status === 403 && (await logIn())) return command(what);
    if (error.status !== 403) say(error.message, "error");
    return false;
  }
}

/** Asks for the token until it is right or the person gives up. */
export async function logIn() {
  let problem = null;
  for (;;) {
    const field = h("input", {
      type: "password",
      id: "token",
      autocomplete: "current-password",
      required: true,
    });
    const parts = [h("label", { for: "token" }, texts.token), field];
    if (problem) parts.push(h("p", { class: "problem", role: "alert" }, problem));
    if (!(await ask(texts.logInTitle, texts.logInWhy, texts.logIn, parts))) return false;
    try {
      await api.login(field.value);
      setMe(await api.me());
      if (state.mayCommand) return true;
      problem = texts.cookieRefused;
    } catch (error) {
      problem = error.message;
    }
  }
}

/** Gives up the right to command. */
export async function logOut() {
  await api.logout().catch((error) => say(error.message, "error"));
  await api.me().then(setMe, () => {});
}

/**
 * Makes a button say why it can do nothing, in place of doing it: it stays reachable by keyboard, so that the reason
 * is.
 *
 * @param {HTMLElement} button what is pressed
 * @param {string|null} reason why it can do nothing now
 * @param {string} title what it does otherwise
 */
export function setReason(button, reason, title) {
  setAttribute(button, "aria-disabled", reason === null ? null : "true");
  setAttribute(button, "title", reason ?? title);
}

/** Does `action`, unless the pressed button has a reason not to: then that is said, and a guest may log in. */
export async function press(button, action) {
  if (button.getAttribute("aria-disabled") !== "true") return action();
  if (state.why === null && !state.mayCommand) return logIn();
  say(button.title, "error");
}
