// JupyterLite's store of files in the browser, as localforage lays it out: one object store,
// `files`, in which a path leads to a record as the contents API has it.
(() => {
  const STORE = "files";

  function open(name) {
    return new Promise((resolve, reject) => {
      if (!self.indexedDB) {
        reject(new Error("IndexedDB"));
        return;
      }
      const request = self.indexedDB.open(name);
      // The page makes it; a database of ours would be one that the page does not understand.
      request.onupgradeneeded = () => request.transaction.abort();
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        database.onversionchange = () => database.close();
        if (database.objectStoreNames.contains(STORE)) {
          resolve(database);
        } else {
          database.close();
          reject(new Error(STORE));
        }
      };
    });
  }

  async function transact(name, mode, act) {
    try {
      return await attempt(name, mode, act);
    } catch (error) {
      // What IndexedDB gives has no stack; Pyodide takes it for no error, and the kernel waits.
      throw error instanceof DOMException ? new Error(error.name) : error;
    }
  }

  async function attempt(name, mode, act) {
    const database = await open(name);
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(STORE, mode, { durability: "strict" });
        const given = act(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(given());
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  return {
    // Give the records whose path begins with one of the texts.
    read(name, beginnings) {
      return transact(name, "readonly", (files) => {
        const asked = beginnings.map((text) =>
          files.getAll(IDBKeyRange.bound(text, text + "\uffff"))
        );
        return () => asked.flatMap((request) => request.result);
      });
    },
    // Put records and delete paths, all or nothing.
    write(name, records, gone) {
      return transact(name, "readwrite", (files) => {
        for (const record of records) files.put(record, record.path);
        for (const path of gone) files.delete(path);
        return () => undefined;
      });
    },
  };
})();
