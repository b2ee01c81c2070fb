// What the first lesson imports, as bytecode: `node compile.mjs PYODIDE PACKAGES STARTUP NOTEBOOK OUT`.
//
// Starts a kernel with PACKAGES (a lock and its wheels), runs the notebook's cells in it, and
// writes a zip: for each module that was imported, by its place, what its source compiles to.
import fs from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, packages, startup, notebook, out] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")).href);
const python = await loadPyodide({
  indexURL: `${pyodide}/`,
  lockFileURL: join(packages, "pyodide-lock.json"),
  packageBaseUrl: `${packages}/`,
  packages: ["alembic-course"],
  env: {
    HOME: "/home/pyodide",
    PYTHONHASHSEED: "0",
    PYTHONSTARTUP: startup,
  },
});
python.FS.writeFile("/notebook.json", fs.readFileSync(notebook));
python.FS.writeFile("/compiling.py", fs.readFileSync(new URL("compiling.py", import.meta.url)));
try {
  await python.runPythonAsync(`
import runpy

own = runpy.run_path("/compiling.py")
await own["run_cells"](own["cells_of"]("/notebook.json"))
own["write_imported"]("/compiled.zip")
`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
fs.writeFileSync(out, python.FS.readFile("/compiled.zip"));
process.exit(0);
