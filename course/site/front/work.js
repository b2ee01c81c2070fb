// A learner's work as files: out of the browser's store, and in again, laid out as a desktop's
// workspace is.

import { change, records } from "./store.js";

const PROGRESS = "progress.json";
const MARKER = ".course-workspace";
const STEPS = ".steps";
const OLD = ".old";
const NOTEBOOKS = ["ko", "en", "solutions"];
const LEFT_OUT = ["__pycache__", ".locks", ".servers", ".ipynb_checkpoints", ".desk.json"];

/** Give what is kept: files and folders (`path/`) with their bytes and times. */
export async function kept() {
  const found = (await records()).filter((record) => isWork(record.path));
  return found.map((record) => ({
    path: record.type === "directory" ? `${record.path}/` : record.path,
    bytes: bytesOf(record),
    modified: new Date(record.last_modified),
  }));
}

/** Give the entries of one lesson: its notebooks, its folders with their steps, its progress. */
export function ofLesson(entries, stem, slug) {
  const own = entries.filter(({ path }) => {
    const name = unit(path).split("/").pop();
    return name === `${stem}.ipynb` || name.match(/^(.*?)(-\d+)?$/)[1] === stem;
  });
  const names = passed(entries)[slug];
  return names ? [...own, progressFile({ [slug]: names })] : own;
}

/** Give the exercises that are passed, by lesson. */
export function passed(entries) {
  const file = entries.find(({ path }) => path === PROGRESS);
  try {
    const read = JSON.parse(new TextDecoder().decode(file.bytes));
    return Object.fromEntries(Object.entries(read).filter(([, names]) => Array.isArray(names)));
  } catch {
    return {};
  }
}

/** Complete what goes out: the mark by which a folder is known for a workspace. */
export function marked(entries) {
  if (entries.some(({ path }) => path === MARKER)) return entries;
  return [{ path: MARKER, bytes: new Uint8Array(), modified: new Date() }, ...entries];
}

/** Give an archive's entries as a workspace's: without a folder around them, and what is not work.
 *
 * Gives none where it has nothing of a workspace.
 */
export function workspace(entries) {
  const marker = entries.find(({ path }) => path.split("/").pop() === MARKER);
  if (!marker) return [];
  const above = marker.path.slice(0, -MARKER.length);
  return entries
    .filter(({ path }) => path.startsWith(above) && path !== above)
    .map((entry) => ({ ...entry, path: entry.path.slice(above.length) }))
    .filter(({ path }) => isWork(path) && !path.split("/").includes(".."));
}

/** Compare what would come in with what is kept, by lesson folder and by notebook.
 *
 * Gives names of those that are `added`, the `same`, and `different`.
 */
export function compare(incoming, there) {
  const theirs = grouped(incoming);
  const mine = grouped(there);
  const result = { added: [], same: [], different: [] };
  for (const [name, entries] of theirs) {
    if (name === PROGRESS || name === MARKER) continue;
    if (!mine.has(name)) result.added.push(name);
    else if (isSame(entries, mine.get(name))) result.same.push(name);
    else result.different.push(name);
  }
  return result;
}

/** Bring in what is new, and of what is different what `replaced` names.
 *
 * What is replaced is moved to `.old`. Gives the folder there; an empty text if nothing was moved.
 */
export async function bringIn(incoming, there, replaced) {
  const { added, different } = compare(incoming, there);
  const moved = different.filter((name) => replaced.includes(name));
  const aside = `${OLD}/zip.${stamp(new Date())}`;
  const mine = grouped(there);
  const leaving = moved.flatMap((name) => mine.get(name));
  const coming = incoming.filter(({ path }) => [...added, ...moved].includes(unit(path)));
  const put = [
    ...leaving.map((entry) => ({ ...entry, path: `${aside}/${entry.path}` })),
    ...coming,
    progress(incoming, there),
    ...marked([]),
  ];
  const gone = leaving.map(({ path }) => path.replace(/\/$/, ""));
  await change(withFolders(put).map(recordOf), gone);
  return moved.length ? aside : "";
}

function progress(incoming, there) {
  const merged = passed(there);
  for (const [slug, names] of Object.entries(passed(incoming))) {
    merged[slug] = [...new Set([...(merged[slug] ?? []), ...names])];
  }
  return progressFile(merged);
}

function progressFile(names) {
  const text = `${JSON.stringify(names, null, 2)}\n`;
  return { path: PROGRESS, bytes: new TextEncoder().encode(text), modified: new Date() };
}

/** Give what belongs together: a lesson's folder with its steps, a notebook, a folder moved aside. */
function unit(path) {
  const parts = path.replace(/\/$/, "").split("/");
  if (parts[0] === STEPS && parts.length > 1) {
    return parts[1] === OLD ? parts.slice(0, 3).join("/") : parts[1];
  }
  if (parts[0] === OLD) return parts.slice(0, 2).join("/");
  return NOTEBOOKS.includes(parts[0]) ? parts.join("/") : parts[0];
}

/** Folders that hold several units are none themselves. */
function isShelf(path) {
  const plain = path.replace(/\/$/, "");
  const shelves = [STEPS, OLD, `${STEPS}/${OLD}`, ...NOTEBOOKS];
  return path.endsWith("/") && (shelves.includes(plain) || plain.startsWith("solutions/"));
}

function grouped(entries) {
  const units = new Map();
  for (const entry of entries) {
    if (isShelf(entry.path)) continue;
    const name = unit(entry.path);
    units.set(name, [...(units.get(name) ?? []), entry]);
  }
  return units;
}

function isSame(some, others) {
  const files = (entries) => entries.filter(({ path }) => !path.endsWith("/"));
  const mine = new Map(files(others).map(({ path, bytes }) => [path, bytes]));
  const theirs = files(some);
  return theirs.length === mine.size && theirs.every(({ path, bytes }) => {
    const other = mine.get(path);
    return other !== undefined && isEqual(path, bytes, other);
  });
}

function isEqual(path, one, other) {
  if (path.endsWith(".ipynb")) return plain(one) === plain(other);
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** A notebook's file says the same with its keys in any order. */
function plain(bytes) {
  const sorted = (_, value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  try {
    return JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), sorted);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function isWork(path) {
  return path !== "" && !path.split("/").some((part) => LEFT_OUT.includes(part));
}

function withFolders(entries) {
  const all = new Map();
  for (const entry of entries) {
    const parts = entry.path.replace(/\/$/, "").split("/");
    for (let length = 1; length < parts.length; length += 1) {
      const path = `${parts.slice(0, length).join("/")}/`;
      if (!all.has(path)) all.set(path, { path, bytes: new Uint8Array(), modified: new Date() });
    }
    all.set(entry.path, entry);
  }
  return [...all.values()];
}

function bytesOf(record) {
  if (record.type === "directory") return new Uint8Array();
  if (record.format === "base64") {
    return Uint8Array.from(atob(record.content), (letter) => letter.charCodeAt(0));
  }
  const isText = typeof record.content === "string";
  const text = isText ? record.content : `${JSON.stringify(record.content, null, 1)}\n`;
  return new TextEncoder().encode(text);
}

function recordOf({ path, bytes }) {
  const plainPath = path.replace(/\/$/, "");
  const now = new Date().toISOString();
  return {
    name: plainPath.split("/").pop(),
    path: plainPath,
    created: now,
    last_modified: now,
    writable: true,
    size: bytes.length,
    mimetype: "",
    ...contentOf(path, bytes),
  };
}

function contentOf(path, bytes) {
  if (path.endsWith("/")) return { type: "directory", format: "json", content: null };
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (path.endsWith(".ipynb")) {
      const content = JSON.parse(text);
      return { type: "notebook", format: "json", content, mimetype: "application/json" };
    }
    if (!text.includes("\0")) {
      return { type: "file", format: "text", content: text, mimetype: "text/plain" };
    }
  } catch {
    // As what it is: bytes.
  }
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return { type: "file", format: "base64", content: btoa(letters) };
}

function stamp(date) {
  const [day, time] = new Date(date - date.getTimezoneOffset() * 60e3).toISOString().split("T");
  return `${day.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${time.slice(9, 12)}000`;
}
