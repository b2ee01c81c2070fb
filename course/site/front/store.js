// The browser's store of files, as JupyterLite has it: a path leads to a record as the contents
// API has it. The kernels have a `store.js` of their own, which never makes the store.

const NAME = "alembic-course";
const STORE = "files";

/** Give all records, none where nobody has worked yet. */
export async function records() {
  return transact("readonly", (files) => files.getAll());
}

/** Put records and delete paths, all or nothing. */
export async function change(put, gone) {
  await transact("readwrite", (files) => {
    for (const path of gone) files.delete(path);
    for (const record of put) files.put(record, record.path);
  });
}

async function transact(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const asked = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Open the store; make it as JupyterLite would, which adds its other tables when it comes. */
function open(version) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, version);
    request.onupgradeneeded = () => {
      const names = request.result.objectStoreNames;
      if (!names.contains(STORE)) request.result.createObjectStore(STORE);
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => database.close();
      if (database.objectStoreNames.contains(STORE)) {
        resolve(database);
      } else {
        database.close();
        open(database.version + 1).then(resolve, reject);
      }
    };
  });
}
