/**
 * Every word that people read on the pages, in one place.
 *
 * @module texts
 */
import { fixed } from "./format.js";

const whole = new Intl.NumberFormat("en-GB");

export const texts = {
  brand: "Illuminator",
  skip: "To the content",
  pagesTitle: "Pages",
  pages: { table: "Table", nodes: "Nodes" },
  lost: "No connection to the table. Trying again…",

  // The run.
  states: { starting: "starting", running: "running", paused: "paused", stopped: "EMERGENCY STOP", ended: "ended", failed: "failed" },
  recording: "recording",
  steps: (done, steps) => `step ${whole.format(done)} of ${whole.format(steps)}`,
  speed: (perSecond) => `${perSecond >= 100 ? whole.format(Math.round(perSecond)) : fixed(perSecond, 1)} steps/s`,
  progress: "Steps that are done",
  noNotices: "Nothing to tell yet.",
  idle: "idle",

  // Commands.
  commands: { hold: "Pause", step: "Step", slower: "Slower", faster: "Faster", "emergency-stop": "Emergency stop" },
  titles: {
    hold: "Start no step, or go on",
    step: "Do one step and pause",
    slower: "More real time from step to step",
    faster: "Less real time from step to step",
    "emergency-stop": "Everything stands still at once",
  },
  resume: "Resume",
  pace: (seconds) => (seconds === 0 ? "full speed" : `${seconds} s a step`),
  phase: "Phase",
  phaseTitle: "Force a phase of the story, or let the story go on",
  asTheStoryGoes: "as the story goes",
  seek: "Step of the recording",
  links: "Data",
  linksTitle: "Show the connections that run through no cable",
  arrange: "Tidy",
  arrangeTitle: "Put all components back to where they stood at first",
  release: "Release the stop",
  releaseTitle: "Release the emergency stop?",
  releaseWhy: "The run goes on at once. Look at the table first.",
  over: "The run is over.",
  isStopped: "The emergency stop is pressed.",
  stopIsAButton: "At this table the emergency stop is a button of the table itself.",
  isRecording: "This is a recording: it can only be moved to another step.",
  guest: "You are a guest here: log in to change something.",
  notPluggable: "The cables of this table are real: plug them by hand.",

  // The drawing.
  dataTitle: "Data and helpers",
  trayTitle: "Beside the table",
  notPlugged: "not plugged in",
  oneEnd: "one end is loose",
  cable: (id) => `cable ${id}`,
  token_: (id) => `token ${id}`,
  plugCable: (name) => `Plug in cable ${name}, at both ends`,
  unplugCable: (name) => `Unplug cable ${name}, at both ends`,
  plugAt: (name, component) => `Plug in cable ${name} at ${component}`,
  unplugAt: (name, component) => `Unplug cable ${name} at ${component}`,
  putToken: (name) => `Put ${name} in: drag it to a component, or press`,
  takeToken: (name) => `Take ${name} out`,
  tokenWhere: (name) => `Where is ${name} to be put in?`,
  tokenAt: (components) => `in at ${components.join(", ")}`,
  notKept: (why) => `The arrangement was not kept: ${why}`,

  // A component.
  close: "Close",
  models: "Models",
  node: "Node",
  onHost: "runs on the host",
  values: "Values",
  overTime: "Over time",
  identify: "Identify",
  endIdentify: "End “it is me”",
  identifyTitle: "Its lights say “it is me”",
  kiosk: "Its own screen",
  inPlot: (item) => `Show ${item} in the plot`,
  itemColumns: ["Item", "Value", "Lately"],

  // Plots.
  plotTitle: "Plots",
  addItem: "Add an item",
  searchItems: "Search items, e.g. soc",
  noItem: "No item with that name.",
  removeItem: (item) => `Remove ${item}`,
  wholeRun: "Whole run",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  plotEmpty: "Choose an item to see it over time.",
  plotLabel: (items) => `Values over time: ${items.join(", ")}`,
  plotHelp: "Drag to zoom, wheel or + and − to zoom, Shift and drag or Shift and arrow keys to pan, arrow keys move the cursor, 0 shows the whole run.",

  // Nodes.
  nodesTitle: "Nodes",
  searchNodes: "Search name, address, MAC, state",
  all: "all",
  links_: { connecting: "connecting", live: "live", slow: "slow", waiting: "waiting", frozen: "frozen", spare: "spare" },
  linkWhy: {
    connecting: "It is being reached",
    live: "It takes part",
    slow: "It is heard, but does not answer its steps for long",
    waiting: "It is silent; the run waits for it",
    frozen: "It is gone; its values stay as they were",
    spare: "It takes a lost node's place if need be",
  },
  columns: {
    name: "Name", link: "State", address: "Address", heard: "Heard", rtt: "Round trip", loss: "Loss", temperature: "Temperature",
    cpu: "CPU", memory: "Memory", throttling: "Throttling", clock: "Clock offset", uptime: "Up for", version: "Version", mac: "MAC", result: "Last action",
  },
  notTold: "not told by this node",
  ago: (text) => `${text} ago`,
  throttling: { none: "no", since: "was", low: "low voltage", slowed: "slowed down" },
  saysItIsMe: "says “it is me”",
  emergencyStop: "emergency stop",
  select: (name) => `Select ${name}`,
  selectAll: "Select all that are shown",
  selected: (count, all) => `${count} of ${all} selected`,
  selectFirst: "Select nodes first.",
  noNodes: "This run has no nodes: all models run on the host.",
  noMatch: "No node matches.",
  actions: { identify: "Identify", "end-identify": "End identify", reboot: "Restart…", shutdown: "Shut down…" },
  actionTitles: {
    identify: "Their lights say “it is me”",
    "end-identify": "Their lights show the run again",
    reboot: "Restart their machines",
    shutdown: "Halt their machines",
  },
  actionAsk: { reboot: (nodes) => `Restart ${nodes}?`, shutdown: (nodes) => `Shut ${nodes} down?` },
  actionWhy: {
    reboot: "The run waits until they are back.",
    shutdown: "They stay off until somebody switches their power off and on.",
  },
  actionYes: { reboot: "Restart", shutdown: "Shut down" },
  nodesNamed: (names) => (names.length === 1 ? names[0] : `${names.length} nodes`),
  working: (done, all) => `${done} of ${all}…`,
  accepted: (action, time) => `${action} accepted, ${time}`,
  failed: (why) => `refused: ${why}`,

  // The kiosk.
  waiting: "waiting for the table",
  unknown: (name) => `There is no ${name} on this table.`,
  nodeIs: { connecting: "connecting to the table", live: "connected to the table", slow: "slow to answer", waiting: "silent", frozen: "gone", spare: "spare" },

  // Access and errors.
  logIn: "Log in",
  logOut: "Log out",
  logInTitle: "Log in",
  logInWhy: "The token of this table lets you change things. Without it you can look.",
  token: "Token",
  cookieRefused: "The token is right, but the browser keeps no cookie for this page.",
  cancel: "Cancel",
  noAnswer: "The table does not answer.",
  refused: (status) => `The table refused that (status ${status}).`,
};
