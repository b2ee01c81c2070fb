// Pyodide, with news of what it loads for the page that waits: the kernel's worker imports this
// module in place of `pyodide.mjs`. `?tab=` names the page.

import { loadPyodide as load } from "./pyodide.mjs";

export * from "./pyodide.mjs";

const OFTEN = 100; // milliseconds between two messages about one file
const LARGE = 1e6;

const channel = new BroadcastChannel(new URL(import.meta.url).searchParams.get("tab"));
const fetched = self.fetch.bind(self);

self.fetch = async (asked, options) => {
  const name = new URL(asked.url ?? asked, self.location.href).pathname.split("/").pop();
  channel.postMessage({ kind: "asked", name });
  try {
    const response = await fetched(asked, options);
    if (!response.ok) throw new Error(String(response.status));
    void follow(name, response);
    return response;
  } catch (error) {
    channel.postMessage({ kind: "failed", name, why: error.message });
    throw error;
  }
};

/** Tell how much of a response has come; what is compiled on the way stays a network response. */
async function follow(name, response) {
  if (Number(response.headers.get("content-length")) < LARGE) {
    channel.postMessage({ kind: "came", name });
    return;
  }
  const reader = response.clone().body.getReader();
  let bytes = 0;
  let told = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length;
    if (performance.now() - told > OFTEN) {
      told = performance.now();
      channel.postMessage({ kind: "coming", name, bytes });
    }
  }
  channel.postMessage({ kind: "came", name });
}

export async function loadPyodide(options) {
  try {
    const pyodide = await load({ indexURL: new URL(".", import.meta.url).href, ...options });
    channel.postMessage({ kind: "started" });
    return pyodide;
  } catch (error) {
    channel.postMessage({ kind: "failed", name: "Python", why: error.message });
    throw error;
  }
}
