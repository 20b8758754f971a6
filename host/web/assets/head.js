/**
 * The top of every page: name of the run, lost connection, and who may command.
 *
 * @module head
 */
import { h, setText } from "./dom.js";
import { hasLogin, logIn, logOut, mayCommand, watch } from "./session.js";
import { texts } from "./texts.js";

/** The top of a page. */
export class Head {
  /** @param {"table"|"nodes"} page which page this is */
  constructor(page) {
    this.title = h("span", { class: "run-title" });
    this.entry = h("button", {
      type: "button",
      "data-do": "login",
      class: "plain",
      onclick: () => (mayCommand() ? logOut() : logIn()),
    });
    this.banner = h("p", { id: "lost", role: "alert", hidden: true }, texts.lost);
    const link = (name, path) =>
      h("a", { href: path, "aria-current": name === page ? "page" : null }, texts.pages[name]);
    const bar = document.getElementById("head");
    bar.append(
      this.title,
      h("nav", { "aria-label": texts.pagesTitle }, link("table", "/"), link("nodes", "/nodes")),
      this.entry,
    );
    bar.before(h("a", { class: "skip", href: "#main" }, texts.skip));
    bar.after(this.banner);
    watch(() => this.#showEntry());
  }

  /** Who needs no token can give none back. */
  #showEntry() {
    this.entry.hidden = !hasLogin();
    setText(this.entry, mayCommand() ? texts.logOut : texts.logIn);
  }

  /** Another run: its name. */
  setScene(scene) {
    setText(this.title, scene.title);
    document.title = `${scene.title} – ${texts.brand}`;
  }

  /** Shows whether the connection is lost. */
  setLink(up) {
    this.banner.hidden = up;
  }
}
