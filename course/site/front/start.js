// The start page: progress from the browser's store, and the learner's work out and in.

import { room } from "./room.js";
import { bringIn, compare, kept, marked, ofLesson, passed, workspace } from "./work.js";
import { unzip, zip } from "./zip.js";

const WORDS = JSON.parse(document.getElementById("words").textContent);
const LAB = "alembic-course:lab"; // held by each tab in which JupyterLab is open

const element = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll("[data-lesson]")];

/** Give a phrase with `{name}` filled in, and `{name:one|many}` chosen by it. */
function say(key, values = {}) {
  return WORDS[key].replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (_, name, one, many) => {
    if (one === undefined) return values[name];
    return values[name] === 1 ? one : many;
  });
}

/** Write a text into an element, what stands between backticks as code. */
function write(target, text) {
  const parts = text.split("`").map((part, at) => {
    if (at % 2 === 0) return part;
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  });
  target.replaceChildren(...parts);
}

async function look() {
  let entries = [];
  try {
    entries = await kept();
  } catch {
    return; // what the store refuses is said above
  }
  const names = passed(entries);
  for (const row of rows) show(row, names[row.dataset.lesson] ?? [], entries);
  showNext(names);
  const files = entries.filter(({ path }) => !path.endsWith("/") && path !== ".course-workspace");
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const amount = { count: files.length, size: inUnits(size) };
  element("amount").textContent = files.length ? say("work.some", amount) : say("work.none");
  element("download").disabled = !files.length;
  await showPersisting(files.length > 0);
}

function exercisesOf(row) {
  return row.dataset.exercises.split(" ");
}

function show(row, names, entries) {
  const exercises = exercisesOf(row);
  const done = exercises.filter((name) => names.includes(name));
  const mark = done.length ? `${done.length}/${exercises.length}` : "–";
  const isPassed = done.length === exercises.length;
  row.querySelector("[data-progress]").textContent = isPassed ? "✓" : mark;
  const own = ofLesson(entries, row.dataset.stem, row.dataset.lesson);
  row.querySelector("[data-download]").hidden = !own.length;
}

function showNext(names) {
  const isDone = (row, name) => (names[row.dataset.lesson] ?? []).includes(name);
  const all = rows.flatMap((row) => exercisesOf(row).map((name) => ({ row, name })));
  const count = all.filter(({ row, name }) => isDone(row, name)).length;
  const following = all.find(({ row, name }) => !isDone(row, name));
  const kind = !following ? "all_passed" : count ? "next" : "first";
  for (const line of document.querySelectorAll("[data-next]")) {
    line.hidden = line.dataset.next !== kind;
  }
  if (kind !== "next") return;
  const line = document.querySelector("[data-next=next]");
  const link = following.row.querySelector("a");
  const slot = (name) => line.querySelector(`[data-slot=${name}]`);
  slot("lesson").href = link.href;
  const number = following.row.querySelector(".number").textContent;
  slot("lesson").textContent = `${number} · ${link.textContent}`;
  slot("exercise").textContent = following.name;
  slot("count").textContent = count;
  slot("total").textContent = all.length;
}

function inUnits(bytes) {
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${size.toFixed(size < 10 ? 1 : 0)} ${unit}`;
}

async function showStore() {
  const state = await room();
  const line = element("store");
  line.hidden = state === "kept";
  if (state !== "kept") write(line, say(`store.${state}`));
}

async function showPersisting(isWorth) {
  const asked = await navigator.storage?.persisted?.().catch(() => true);
  element("persist").hidden = !isWorth || asked !== false;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60e3);
}

function today() {
  const now = new Date();
  return new Date(now - now.getTimezoneOffset() * 60e3).toISOString().slice(0, 10);
}

async function download(name, choose) {
  save(await zip(marked(choose(await kept()))), `alembic-${name}${today()}.zip`);
}

/** Bring in a zip while no lesson is open; say what came. */
async function bring(file) {
  const locks = navigator.locks;
  if (!locks) return bringAlone(file);
  return locks.request(LAB, { ifAvailable: true }, (lock) =>
    lock === null ? say("bring.open") : bringAlone(file)
  );
}

async function bringAlone(file) {
  let incoming;
  try {
    incoming = workspace(await unzip(file));
  } catch {
    return say("bring.no_zip", { name: file.name });
  }
  if (!incoming.length) return say("bring.no_workspace", { name: file.name });
  const there = await kept();
  const { added, different } = compare(incoming, there);
  const choice = different.length ? await ask(different) : "keep";
  if (choice === "cancel") return say("bring.cancelled");
  const replaced = choice === "replace" ? different : [];
  try {
    const aside = await bringIn(incoming, there, replaced);
    const names = [...added, ...replaced].filter((name) => !name.startsWith("."));
    if (!names.length) return say("bring.nothing");
    const said = say("bring.done", { names: names.sort().join(", ") });
    return aside ? `${said}. ${say("bring.moved", { folder: aside })}` : said;
  } catch (error) {
    return say("bring.failed", { why: error?.name ?? String(error) });
  }
}

/** Ask what shall become of what differs: `replace`, `keep` or `cancel`. */
function ask(names) {
  const dialog = element("differs");
  const lines = names.map((name) => {
    const line = document.createElement("li");
    line.append(document.createElement("code"));
    line.firstChild.textContent = name;
    return line;
  });
  dialog.querySelector("ul").replaceChildren(...lines);
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue || "cancel"), { once: true });
  });
}

element("download").addEventListener("click", () => download("", (entries) => entries));
for (const row of rows) {
  const { stem, lesson } = row.dataset;
  row.querySelector("[data-download]").addEventListener("click", () =>
    download(`${stem}-`, (entries) => ofLesson(entries, stem, lesson))
  );
}
element("choose").addEventListener("click", () => element("zip").click());
element("zip").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  target.value = "";
  if (!file) return;
  write(element("said"), "");
  write(element("said"), await bring(file));
  await look();
});
element("persist").addEventListener("click", async () => {
  const isGranted = await navigator.storage.persist();
  write(element("said"), say(isGranted ? "work.persisted" : "work.not_persisted"));
  await showPersisting(true);
});
// Back from a lesson, in this tab or another: the page shows what was done there.
addEventListener("pageshow", look);
document.addEventListener("visibilitychange", () => document.hidden || look());
await Promise.all([showStore(), look()]);
document.documentElement.dataset.ready = "";
