"""Run a notebook in the browser's kernel, outside of a browser, and compile what it imported.

It runs in Pyodide (`compile.mjs`), whose Python is the one that can compile for a browser.
"""

import ast
import importlib.util
import json
import sys
import zipfile
from importlib._bootstrap_external import (  # type: ignore[attr-defined]
    _code_to_hash_pyc,
)
from pathlib import Path
from typing import Any

WHEN = (1980, 1, 1, 0, 0, 0)
DESCRIBED = ("course", "alembic")
"""Packages whose docstrings are read: by learners, and by `alembic --help`."""
Cell = dict[str, Any]


def cells_of(notebook: str) -> list[Cell]:
    """Give a notebook's cells."""
    cells: list[Cell] = json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]
    return cells


def write_imported(out: str) -> None:
    """Write a zip with the bytecode of each module that is imported, by its source's place."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for place, source in sorted(imported().items()):
            content = bytecode(place, source)
            archive.writestr(zipfile.ZipInfo(place, WHEN), content, zipfile.ZIP_DEFLATED, 9)


async def run_cells(cells: list[Cell]) -> None:
    """Run code cells as the kernel does, to the first command.

    Raises RuntimeError for one that fails.
    """
    import pyodide_kernel

    kernel, shell = pyodide_kernel.kernel_instance, pyodide_kernel.ipython_shell
    kernel._parent_header = {"header": {}}  # noqa: SLF001  (the page's code sets it)
    shell.send_comm = lambda *_, **__: None
    for stream in (pyodide_kernel.stdout_stream, pyodide_kernel.stderr_stream):
        stream.publish_stream_callback = lambda *_: None
    for name in ("display_data_callback", "update_display_data_callback", "clear_output_callback"):
        setattr(shell.display_pub, name, lambda *_: None)
    shell.displayhook.publish_execution_result = lambda *_: None
    for cell in cells:
        if cell["cell_type"] == "code":
            ended = await kernel.run("".join(cell["source"]))
            if ended["status"] != "ok":
                raise RuntimeError(f"cell {cell['id']}: {ended}")
            if "".join(cell["source"]).startswith("!alembic"):
                return


def imported() -> dict[str, str]:
    """Give the sources of the modules that are imported, by their places."""
    found = {}
    for module in list(sys.modules.values()):
        place = getattr(module, "__file__", None) or ""
        spec = getattr(module, "__spec__", None)
        if spec and place.startswith("/lib/python") and place.endswith(".py"):
            source = spec.loader.get_source(spec.name)
            if source is not None:
                found[place] = source
    return found


def bytecode(place: str, source: str) -> bytes:
    """Compile a source as what is imported without a look at it."""
    tree = ast.parse(source)
    if not place.rsplit("site-packages/", maxsplit=1)[-1].startswith(DESCRIBED):
        without_docstrings(tree)
    code = compile(tree, place, "exec", dont_inherit=True)
    return bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source.encode()), False))


def without_docstrings(tree: ast.Module) -> None:
    """Take the docstrings out of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is None:
                continue
            if len(node.body) > 1:
                del node.body[0]
            else:
                node.body[0] = ast.copy_location(ast.Pass(), node.body[0])
