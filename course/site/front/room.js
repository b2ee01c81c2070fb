// Whether this browser keeps what a learner does: asked before anything is typed.

const TRIAL = "alembic-course-trial";
const NEEDED = 20e6; // a lesson with its steps and its databases, and something to spare
const WRITTEN = 4 * 1024 * 1024;

/** Give `kept`, `forbidden` or `full`.
 *
 * What a browser says is left may be a guess, so something is written, too.
 */
export async function room() {
  if ((await free()) < NEEDED) return "full";
  try {
    await write(crypto.getRandomValues(new Uint8Array(65536)));
  } catch (error) {
    return error?.name === "QuotaExceededError" ? "full" : "forbidden";
  }
  return "kept";
}

async function free() {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota - usage;
  } catch {
    return Infinity; // a page that came by plain HTTP, or an older browser
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
