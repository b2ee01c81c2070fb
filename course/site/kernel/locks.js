// The browser's own locks, which end with the tab or the worker that holds them. A page that came
// by plain HTTP from another machine has none, and a browser may refuse them: there, each is given.
(() => {
  const held = new Map();
  const locks = globalThis.navigator?.locks;
  return {
    // Take a lock if nobody has it; tell whether this worker has it then.
    take(name) {
      if (held.has(name) || !locks) return Promise.resolve(true);
      return new Promise((resolve) => {
        locks
          .request(name, { ifAvailable: true }, (lock) => {
            resolve(lock !== null);
            if (lock === null) return undefined;
            return new Promise((release) => held.set(name, release));
          })
          .catch(() => resolve(true));
      });
    },
    // Let all locks go but one.
    keepOnly(name) {
      for (const [other, release] of held) {
        if (other !== name) {
          release();
          held.delete(other);
        }
      }
    },
  };
})();
