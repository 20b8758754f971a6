/**
 * The live connection.
 *
 * ```text
 *   /api/v1/live ─▶ scene, moment, health ─▶ at most one call per picture of the screen
 *        │ silent or gone
 *        └─▶ link(false), try again, resume
 * ```
 *
 * Invariants: who listens sees the last of each kind, and a moment only after its scene; nothing that came before the
 * connection was lost is shown after it; without events nothing is queued; a page that stays open for months neither
 * grows nor stays with an old program.
 *
 * @module live
 */
import * as api from "./api.js";

/** A moment comes at least once a second: after so long `[ms]` without one the connection counts as lost. */
const SILENT_MS = 5000;
/** Between tries `[ms]`: the browser tries by itself, this is for where it gives up. */
const RETRY_MS = 2000;

/**
 * Connects, and stays connected.
 *
 * @param {object} listener what to call; each is optional
 * @param {() => Promise<void>} [listener.prepare] what has to be known before the first picture
 * @param {(scene: object) => void} [listener.scene] another run
 * @param {(moment: object) => void} [listener.moment] how it stands, after its scene
 * @param {(health: object) => void} [listener.health] how the nodes do
 * @param {(up: boolean) => void} [listener.link] the connection came or went
 * @param {(me: {may_command: boolean, login: boolean, version: string}) => void} [listener.me] what this viewer may do, each time
 *   that the connection came
 */
export function connect(listener) {
  const last = {};
  let source = null;
  let run = null;
  let version = null;
  let up = null;
  let heardMs = 0;
  let frame = 0;
  let asking = false;
  let prepared = listener.prepare === undefined;

  function link(state) {
    // What has come and is not drawn yet is old by now; another scene is not.
    if (!state) last.moment = last.health = null;
    if (up === state) return;
    up = state;
    document.documentElement.dataset.link = state ? "up" : "lost";
    listener.link?.(state);
    if (state) api.me().then(greet, () => {});
  }

  /** A program of another version has another page. */
  function greet(me) {
    if (version !== null && version !== me.version) location.reload();
    version = me.version;
    listener.me?.(me);
  }

  function draw() {
    frame = 0;
    if (!prepared) return;
    const { scene, moment, health } = last;
    if (scene && scene.run !== run) {
      run = scene.run;
      listener.scene?.(scene);
    }
    if (moment && moment.run === run) {
      last.moment = null;
      listener.moment?.(moment);
      if (listener.moment) ready();
    } else if (moment) {
      askScene();
    }
    if (health) {
      last.health = null;
      listener.health?.(health);
      if (!listener.moment) ready();
    }
  }

  /** There is something to show: before, the page is empty rather than half full. */
  function ready() {
    document.documentElement.dataset.ready = "true";
  }

  /** A moment of a run whose scene got lost on the way. */
  async function askScene() {
    if (asking) return;
    asking = true;
    last.scene = await api.scene().catch(() => last.scene);
    asking = false;
    frame ||= requestAnimationFrame(draw);
  }

  function take(event) {
    heardMs = performance.now();
    last[event.type] = JSON.parse(event.data);
    if (event.type === "moment") link(true);
    frame ||= requestAnimationFrame(draw);
  }

  function open() {
    source?.close();
    source = new EventSource("/api/v1/live");
    for (const kind of ["scene", "moment", "health"]) source.addEventListener(kind, take);
    source.addEventListener("error", () => link(false));
    heardMs = performance.now();
  }

  // A browser has few connections to one host: a page that nobody sees leaves its own to the others.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) source.close();
    else if (source.readyState === EventSource.CLOSED) open();
  });

  setInterval(() => {
    if (document.hidden) return;
    if (performance.now() - heardMs > SILENT_MS) {
      link(false);
      open();
    } else if (source.readyState === EventSource.CLOSED) {
      open();
    }
  }, RETRY_MS);
  open();
  listener.prepare?.().finally(() => {
    prepared = true;
    frame ||= requestAnimationFrame(draw);
  });
}
