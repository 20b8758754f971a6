/**
 * The requests of /api/v1. What goes wrong is an `ApiError` with a sentence for people.
 *
 * @module api
 */
import { texts } from "./texts.js";

/** A request that failed: `status` 0 means that no answer came. */
class ApiError extends Error {
  constructor(status, sentence, help = "") {
    super(help ? `${sentence} ${help}` : sentence);
    this.status = status;
  }
}

/** Commands that came too fast are asked again so often. */
const TRIES = 5;

async function request(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`/api/v1/${path}`, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, texts.noAnswer);
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const said = await answer.json().catch(() => ({}));
  throw new ApiError(answer.status, said.error ?? texts.refused(answer.status), said.help);
}

function send(method, path, body) {
  return request(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** What this viewer may do: `{may_command, login, version}`. */
export const me = () => request("me");
/** Shows the token; a cookie answers it. */
export const login = (token) => send("POST", "login", { token });
/** Gives the cookie back. */
export const logout = () => send("POST", "logout", {});
/** Asks something of the run: see `Command` in host/src/view/command.rs. For a whole rack that may take a while. */
export async function command(what) {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await send("POST", "command", what);
    } catch (error) {
      if (error.status !== 429 || left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}
/** What there is to see: `Scene` in host/src/view/scene.rs. */
export const scene = () => request("scene");
/** What else can be started: `Offer` in host/src/view/offer.rs. */
export const scenarios = () => request("scenarios");
/** Where components stand: `{components: {name: [x, y]}}`, from 0 to 1. */
export const layout = () => request("layout");
/** Keeps where components stand. */
export const putLayout = (components) => send("PUT", "layout", { components });

/** Items of one question: the host answers no more. */
const ITEMS = 16;

/**
 * Values over steps [from, to), at most `points` each, with the least and the greatest in between.
 *
 * @param {string[]} items `Model.attribute`
 * @param {AbortSignal} [signal] ends the request
 * @returns {Promise<{item: string, unit: string, step: number[], min: (number|null)[], max: (number|null)[]}[]>}
 */
export async function series(items, from, to, points, signal) {
  const parts = [];
  for (let first = 0; first < items.length; first += ITEMS) {
    const query = new URLSearchParams(items.slice(first, first + ITEMS).map((item) => ["item", item]));
    for (const [name, number] of Object.entries({ from, to, points })) query.set(name, Math.round(number));
    parts.push(request(`series?${query}`, { signal }));
  }
  return (await Promise.all(parts)).flatMap((part) => part.series);
}
