// Have PGlite make an empty cluster, and write it down as a tar file: node bake.mjs MODULE FILE
import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [module, file] = process.argv.slice(2);
const { PGlite } = await import(pathToFileURL(module));
const lite = await PGlite.create();
await lite.exec("CHECKPOINT");
const cluster = await lite.dumpDataDir("none");
await writeFile(file, Buffer.from(await cluster.arrayBuffer()));
process.exit(0);
