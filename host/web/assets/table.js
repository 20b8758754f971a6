/**
 * The table page.
 *
 * @module table
 */
import { connect } from "./live.js";
import { Controls } from "./controls.js";
import { Head } from "./head.js";
import { Offer } from "./offer.js";
import { Panel } from "./panel.js";
import { picker } from "./picker.js";
import { Plots } from "./plots.js";
import { setMe, setWhyNot } from "./session.js";
import { Stage } from "./stage.js";
import { Notices, Story } from "./story.js";
import { texts } from "./texts.js";

const place = (id) => document.getElementById(id);

const head = new Head("table");
const story = new Story(place("story"));
const offer = new Offer(place("offer"));
const panel = new Panel(place("panel"));
const stage = new Stage(place("stage"), (component) => panel.toggle(component));
const controls = new Controls(place("controls"), {
  links: (shown) => place("stage").classList.toggle("with-links", shown),
  arrange: () => stage.places.reset(),
});
const notices = new Notices(place("notices"));
const plots = new Plots({ removable: true });
const picks = picker(plots);
place("plots").append(plots.element);
place("plots-title").append(texts.plotTitle);
place("plots-title").after(picks.element);

/** At first the plot shows what the components exchange. */
function chooseFirst(scene) {
  if (plots.chosen.length > 0) return;
  const flows = scene.components.flatMap(({ flow }) => (flow === null ? [] : [scene.items[flow.item].item]));
  plots.choose([...new Set(flows)].slice(0, 5));
}

connect({
  prepare: () => offer.prepare(),
  me: setMe,
  link: (up) => head.setLink(up),
  scene(scene) {
    setWhyNot(scene.replay ? texts.isRecording : null);
    for (const part of [head, story, offer, stage, controls, panel, plots, picks]) part.setScene(scene);
    chooseFirst(scene);
  },
  moment(moment) {
    for (const part of [story, offer, stage, controls, panel, plots, notices]) part.show(moment);
  },
  health(health) {
    for (const part of [stage, panel]) part.showHealth(health);
  },
});
