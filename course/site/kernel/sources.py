"""The sources of what a kernel imports as bytecode: brought when a traceback asks for a line."""

import io
import linecache
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

SOURCES = "sources.zip"
"""Beside the wheels on the site."""
BAD = 400
"""From here on, a web server's answer is not what was asked for."""
Lines = list[str]
Update = Callable[..., Lines]


def bring_when_asked() -> None:
    """Have `linecache`, which tracebacks take lines from, know the sources."""
    linecache.updatecache = around(linecache.updatecache, bring)


def around(update: Update, bring: Callable[[], bytes]) -> Update:
    """Give linecache's `updatecache` with the sources that `bring` gives, once it is needed."""
    brought: zipfile.ZipFile | None = None

    def updatecache(filename: str, module_globals: dict[str, Any] | None = None) -> Lines:
        nonlocal brought
        lines = update(filename, module_globals)
        if lines or not _is_packed(filename):
            return lines
        try:
            brought = brought or zipfile.ZipFile(io.BytesIO(bring()))
        except OSError:
            return []
        place = filename.removeprefix("/")
        if place not in brought.namelist():
            return []
        text = brought.read(place).decode("utf-8")
        lines = text.splitlines(keepends=True)
        linecache.cache[filename] = (len(text), None, lines, filename)
        return lines

    return updatecache


def _is_packed(filename: str) -> bool:
    return filename.startswith("/lib/python") and not Path(filename).is_file()


def bring() -> bytes:
    """Load the sources from where the wheels came from, while the cell waits. Raises OSError."""
    try:
        from js import XMLHttpRequest
    except ImportError as error:
        raise OSError("this is no browser") from error
    from pyodide.ffi import JsException
    from pyodide_js import _api

    request = XMLHttpRequest.new()
    request.open("GET", f"{_api.config.indexURL}{SOURCES}", False)
    request.responseType = "arraybuffer"
    try:
        request.send()
    except JsException as error:
        raise OSError(str(error)) from error
    if request.status >= BAD:
        raise OSError(f"{SOURCES}: {request.status}")
    return bytes(request.response.to_bytes())
