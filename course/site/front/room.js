// Whether this browser keeps what a learner does: asked before anything is typed.

const TRIAL = "alembic-course-trial";
const NEEDED = 20e6; // a lesson with its steps and its databases, and something to spare
const WRITTEN = 256 * 1024;

/** Give `{state, left}`: `kept`, `forbidden` or `full`, and the free bytes where they are known. */
export async function room() {
  const left = await free();
  if (left !== null && left < NEEDED) return { state: "full", left };
  try {
    await write(crypto.getRandomValues(new Uint8Array(65536)));
  } catch (error) {
    const isFull = error?.name === "QuotaExceededError";
    return { state: isFull ? "full" : "forbidden", left: isFull ? 0 : null };
  }
  return { state: "kept", left };
}

async function free() {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return Math.max(0, quota - usage);
  } catch {
    return null; // a page that came by plain HTTP, or an older browser
  }
}

/** Write into a database that is thrown away. */
function write(bytes) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(TRIAL, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("trial");
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      const done = (act) => (event) => {
        database.close();
        indexedDB.deleteDatabase(TRIAL);
        act(event);
      };
      const transaction = database.transaction("trial", "readwrite");
      const store = transaction.objectStore("trial");
      for (let at = 0; at < WRITTEN; at += bytes.length) store.put(bytes, at);
      transaction.oncomplete = done(resolve);
      transaction.onabort = done(() => reject(transaction.error));
    };
  });
}
