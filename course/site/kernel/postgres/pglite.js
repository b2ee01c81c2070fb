// PostgreSQL in this worker: servers that are empty, made of what the site has packed.
async (base, count) => {
  const { PGlite } = await import(`${base}index.js`);
  // What would run initdb is not asked for: an empty module stands for it.
  const initdbWasmModule = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));

  async function bytes(name) {
    const found = await fetch(`${base}${name}.packed`);
    if (!found.ok) throw new Error(`${name}: ${found.status}`);
    const packed = await found.arrayBuffer();
    const [first, second] = new Uint8Array(packed, 0, 2);
    if (first !== 0x1f || second !== 0x8b) return packed; // a server has unpacked it
    const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(plain).arrayBuffer();
  }

  const [pgliteWasmModule, data, cluster] = await Promise.all([
    bytes("pglite.wasm").then((found) => WebAssembly.compile(found)),
    bytes("pglite.data"),
    bytes("cluster.tar"),
  ]);
  // As the course's own servers are: names are looked for where a fresh server does.
  const startParams = PGlite.defaultStartParams.map((word) =>
    word === "search_path=public" ? 'search_path="$user", public' : word
  );
  startParams.push("-c", "jit=off");
  const made = [];
  for (let number = 0; number < count; number += 1) {
    made.push(
      await PGlite.create({
        pgliteWasmModule,
        initdbWasmModule,
        fsBundle: new Blob([data]),
        loadDataDir: new Blob([cluster]),
        startParams,
      })
    );
  }
  return made;
};
