// PostgreSQL in this worker: one that is empty, and more like it.
async (base) => {
  const { PGlite } = await import(`${base}index.js`);

  async function bytes(name) {
    const found = await fetch(`${base}${name}`);
    if (!found.ok) throw new Error(`${name}: ${found.status}`);
    return found.arrayBuffer();
  }

  const [pgliteWasmModule, initdbWasmModule, data] = await Promise.all([
    bytes("pglite.wasm").then((found) => WebAssembly.compile(found)),
    bytes("initdb.wasm").then((found) => WebAssembly.compile(found)),
    bytes("pglite.data"),
  ]);
  // As the course's own servers are: names are looked for where a fresh server does.
  const startParams = PGlite.defaultStartParams.map((word) =>
    word === "search_path=public" ? 'search_path="$user", public' : word
  );
  startParams.push("-c", "jit=off");

  function create(more) {
    const fsBundle = new Blob([data]);
    return PGlite.create({ pgliteWasmModule, initdbWasmModule, fsBundle, startParams, ...more });
  }

  const first = await create({});
  const empty = await first.dumpDataDir("none");
  return { first, another: () => create({ loadDataDir: empty }) };
};
