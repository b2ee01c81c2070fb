// JupyterLab's page: its configuration with the visitor's language in it, and news of what loads.

import { room } from "./room.js";

const KEY = "alembic-course:lang";
const LAB = "alembic-course:lab"; // the start page brings nothing in while a tab holds this
const KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel";
const JOINED = ["licensesUrl", "themesUrl"]; // JupyterLab joins these with the site's address
const MERGED = ["litePluginSettings", "settingsOverrides"];
const LISTS = ["disabledExtensions", "federated_extensions"];
const NARROW = "(max-width: 48rem)";
const TAB = `alembic-course:${Math.random().toString(36).slice(2)}`;

const site = new URL("../", location.href);
const words = JSON.parse(document.getElementById("words").textContent);
const lang = chosen();

function chosen() {
  const asked = new URL(location.href).searchParams;
  const first = asked.get("path")?.split("/")[0] ?? asked.get("workspace")?.split("-")[0];
  let kept = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    // Then the browser's own language counts.
  }
  const wanted = [first, kept, ...navigator.languages.map((one) => one.slice(0, 2)), "en"];
  return wanted.find((one) => one in words);
}

function say(key, values = {}) {
  return words[lang][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// --- what JupyterLite's own page does: one configuration of several, with full addresses ---

async function configure() {
  const files = [new URL("jupyter-lite.json", site), new URL("jupyter-lite.json", location.href)];
  const parts = await Promise.all(
    files.map(async (url) => {
      const content = await (await fetch(url)).json();
      return withAddresses(content["jupyter-config-data"] ?? {}, new URL(".", url));
    })
  );
  const config = parts.reduce(merge, {});
  const { settings = {}, sizes = {} } = config.alembicCourse ?? {};
  const kernel = config.litePluginSettings[KERNEL];
  kernel.pyodideUrl += `?tab=${encodeURIComponent(TAB)}`;
  return { config: merge(config, { settingsOverrides: settings[lang] ?? {} }), sizes };
}

function merge(config, more) {
  for (const [key, value] of Object.entries(more)) {
    if (LISTS.includes(key)) config[key] = [...(config[key] ?? []), ...value];
    else if (MERGED.includes(key)) config[key] = mergePlugins(config[key] ?? {}, value);
    else config[key] = value;
  }
  return config;
}

function mergePlugins(plugins, more) {
  const merged = Object.entries(more).map(([id, own]) => [id, { ...plugins[id], ...own }]);
  return { ...plugins, ...Object.fromEntries(merged) };
}

function withAddresses(values, base) {
  const full = (value) => (value.startsWith("./") ? base.pathname + value.slice(2) : value);
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (MERGED.includes(key)) {
        const own = Object.entries(value).map(([id, one]) => [id, withAddresses(one, base)]);
        return [key, Object.fromEntries(own)];
      }
      if (key.endsWith("Urls")) return [key, value.map(full)];
      const isAddress = key.endsWith("Url") && !JOINED.includes(key);
      return [key, isAddress ? full(value) : value];
    })
  );
}

function start(config) {
  document.getElementById("jupyter-config-data").textContent = JSON.stringify(config);
  const main = document.getElementById("jupyter-lite-main");
  const bundle = document.createElement("script");
  bundle.src = main.href;
  bundle.setAttribute("main", main.getAttribute("main"));
  document.head.append(bundle);
}

// --- what a visitor sees meanwhile ---

class Card {
  constructor(node) {
    this.node = node;
    this.line = node.querySelector("[data-line]");
    this.bar = node.querySelector("progress");
    node.querySelector("[data-title]").textContent = say("loading.title");
    node.querySelector("[data-hint]").textContent = say("loading.slow");
    this.bar.setAttribute("aria-label", say("loading.title"));
    const button = node.querySelector("button");
    button.setAttribute("aria-label", say("loading.close"));
    button.addEventListener("click", () => this.close());
    this.isClosed = false;
  }

  /** Show a line; `part` of 1 is done, null where nobody knows. */
  show(text, part = null) {
    if (this.isClosed) return;
    this.node.hidden = false;
    if (this.line.textContent !== text) this.line.textContent = text;
    if (part === null) this.bar.removeAttribute("value");
    else this.bar.value = part;
  }

  /** Say that all is there, and go. */
  ready() {
    this.show(say("loading.ready"), 1);
    this.node.classList.add("ready");
    setTimeout(() => this.hide(), 4000);
  }

  /** Say what failed first; that stays. */
  failed(why) {
    if (this.node.classList.contains("failed")) return;
    this.isClosed = false;
    this.node.classList.add("failed");
    this.show(say("loading.failed", { why }), 0);
    this.isClosed = true;
  }

  hide() {
    if (!this.node.classList.contains("failed")) this.node.hidden = true;
    this.node.classList.remove("ready");
  }

  close() {
    this.isClosed = true;
    this.node.hidden = true;
  }
}

class Progress {
  constructor(card) {
    this.card = card;
    this.sizes = {};
    this.came = {};
    this.hasStarted = false;
    const channel = new BroadcastChannel(TAB);
    channel.onmessage = ({ data }) => this.heard(data);
  }

  heard({ kind, name, bytes, why }) {
    if (kind === "failed") return this.card.failed(`${name}: ${why}`);
    if (kind === "started") {
      this.hasStarted = true;
      this.card.show(say("loading.start"));
      return this.waitLonger();
    }
    if (kind === "asked" && name === "pyodide-lock.json") {
      this.hasStarted = false; // a kernel that starts, perhaps not this tab's first
      this.came = {};
    }
    if (kind === "coming") this.came[name] = bytes;
    if (kind === "came") this.came[name] = this.sizes[name] ?? 0;
    return this.hasStarted ? this.showMore(kind, name) : this.showFirst(name);
  }

  showFirst(name) {
    const sum = (values) => Object.values(values).reduce((total, one) => total + one, 0);
    const [done, all] = [sum(this.came), sum(this.sizes)];
    const file = name.split("-")[0];
    const amount = { done: inMegabytes(done), all: inMegabytes(all), file };
    const part = all ? Math.min(1, done / all) : null;
    if (part === 1) this.card.show(say("loading.start"));
    else this.card.show(`${say("loading.python")}: ${say("loading.bytes", amount)}`, part);
  }

  /** Say what a lesson loads when it is opened. */
  showMore(kind, name) {
    clearTimeout(this.timer);
    if (kind === "asked") this.card.show(say("loading.more", { file: name.split("-")[0] }));
    else this.timer = setTimeout(() => this.card.hide(), 500);
  }

  /** Wait until a kernel answers. */
  wait() {
    const widgets = [...(window.jupyterapp?.shell?.widgets("main") ?? [])];
    const kernels = widgets.map((widget) => widget.sessionContext?.session?.kernel?.status);
    if (kernels.includes("idle") || kernels.includes("busy")) this.card.ready();
    else this.waitLonger();
  }

  waitLonger() {
    setTimeout(() => this.wait(), 200);
  }
}

function inMegabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}

async function warn() {
  const state = await room();
  if (state === "kept") return;
  const notice = document.getElementById("course-store");
  const line = notice.querySelector("[data-line]");
  line.textContent = say(`store.${state}`);
  const button = notice.querySelector("button");
  button.setAttribute("aria-label", say("loading.close"));
  button.addEventListener("click", () => notice.remove());
  notice.hidden = false;
}

/** When JupyterLab is there: a way back to the start page, and no card where no kernel starts. */
async function complete(card, progress) {
  while (!window.jupyterapp?.restored) await new Promise((go) => setTimeout(go, 100));
  await window.jupyterapp.restored;
  const link = document.createElement("a");
  link.id = "course-home";
  link.href = new URL("index.html", site).href;
  link.textContent = say("loading.home");
  document.getElementById("jp-top-panel")?.append(link);
  setTimeout(() => {
    const isIdle = !progress.hasStarted && !Object.keys(progress.came).length;
    if (isIdle) card.hide();
  }, 5000);
  if (matchMedia(NARROW).matches) await makeRoom(window.jupyterapp.shell);
}

/** On a phone a notebook needs the whole width: the lists beside it are in the View menu. */
async function makeRoom(shell) {
  for (const side of ["left", "right"]) {
    if (shell.isSideTabBarVisible(side)) shell.toggleSideTabBarVisibility(side);
  }
  shell.collapseRight();
  // The list of files comes once more, with the notebook that the address names.
  for (let left = 20; left > 0; left -= 1) {
    if (!shell.leftCollapsed) shell.collapseLeft();
    await new Promise((go) => setTimeout(go, 200));
  }
}

document.documentElement.lang = lang;
document.title = "Alembic";
const card = new Card(document.getElementById("course-loading"));
const progress = new Progress(card);
card.show(say("loading.page"));
navigator.locks?.request(LAB, { mode: "shared" }, () => new Promise(() => {}));
void warn();
try {
  const { config, sizes } = await configure();
  progress.sizes = sizes;
  start(config);
  void complete(card, progress);
} catch (error) {
  card.failed(error.message);
}
