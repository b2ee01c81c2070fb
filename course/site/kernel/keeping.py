"""The learner's files kept in the browser: brought before the first cell, saved after each.

A cell's answer is given when its files are kept, so that nothing is lost that was seen to be done.
"""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from course.phrases import phrase
from course.site.kernel.mirror import Mirror, Record

WORDS = Path(__file__).with_name("kernel.toml")
NAME = "COURSE_STORE"
"""The environment variable that names the browser's store of files."""
SOLUTIONS = "solutions"
"""Where copies of notebooks are, beside a folder for each language: JupyterLab keeps those."""

FULL = "QuotaExceededError"
"""What browsers call a store that has no room left."""

Run = Callable[[str], Awaitable[Any]]


class Keeper:
    """Keeps the files of a workspace in the browser's store."""

    def __init__(self, mirror: Mirror, store: Any, name: str, languages: tuple[str, ...]) -> None:
        """Take both sides; `store` is what `store.js` gives, `name` the database's."""
        self.mirror = mirror
        self._store = store
        self._name = name
        self._others = (SOLUTIONS, *languages)
        self._brought = False
        self._cells = 0
        self._runs = False
        self._trouble = ""

    def around(self, run: Run) -> Run:
        """Give a kernel's `run` with the files brought before it and kept behind it."""

        async def kept(code: str) -> Any:
            self._cells += 1
            self._runs = True
            try:
                await self._try(self.bring)
                result = await run(code)
                # What was not brought could be written over.
                if self._brought:
                    await self._try(self.keep)
            finally:
                self._runs = False
            return result

        return kept

    async def bring(self) -> None:
        """Take over what is kept: all of it at first, then what an editor changed meanwhile."""
        within = self._within()
        self.mirror.incoming(await self._read(within), within)
        self._brought = True

    async def bring_between_cells(self) -> None:
        """Take over what an editor changed, unless a cell runs by then: it has done so itself."""
        cells, within = self._cells, self._within()

        async def bring() -> None:
            found = await self._read(within)
            if not self._runs and cells == self._cells:
                self.mirror.incoming(found, within)

        await self._try(bring)

    async def _read(self, within: tuple[str, ...]) -> list[Record]:
        found = await self._store.read(self._name, list(within))
        return [record for record in found.to_py() if self._is_ours(record["path"])]

    async def keep(self) -> None:
        """Keep what has changed."""
        records, gone = self.mirror.outgoing()
        if records or gone:
            plain = [_without_seen(record) for record in records]
            await self._store.write(self._name, to_js(plain), to_js(gone))
            self.mirror.sent(records, gone)

    def _within(self) -> tuple[str, ...]:
        """Give where to look: everywhere at first, then in the lesson's folder."""
        if not self._brought:
            return ("",)
        here = Path.cwd()
        if not here.is_relative_to(self.mirror.folder) or here == self.mirror.folder:
            return ("progress.json",)
        return (f"{here.relative_to(self.mirror.folder).parts[0]}/", "progress.json")

    def _is_ours(self, path: str) -> bool:
        return path.split("/", maxsplit=1)[0] not in self._others and not path.endswith(".ipynb")

    async def _try(self, act: Callable[[], Awaitable[None]]) -> None:
        """Act; that it fails is said, once for each reason, and again after something succeeded.

        So a full store, which can be read, is said after each cell that it does not keep.
        """
        try:
            await act()
        except Exception as error:
            reason = str(error) or type(error).__name__
            if reason != self._trouble:
                lang = os.environ.get("COURSE_LANG", "en")
                kind = "full" if FULL in reason else "not_kept"
                print(phrase(WORDS, kind, lang, why=reason))
            self._trouble = reason
        else:
            self._trouble = ""


def to_js(value: Any) -> Any:
    """Give JavaScript's objects for Python's."""
    import js
    from pyodide.ffi import to_js as convert

    return convert(value, dict_converter=js.Object.fromEntries)


def browsers_store() -> Any:
    """Give what `store.js` gives."""
    from pyodide.code import run_js

    return run_js(Path(__file__).with_name("store.js").read_text(encoding="utf-8"))


def _without_seen(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "_seen"}
