"""JupyterLab's page in the site: JupyterLite's own, with our scripts in place of those inside it.

A script inside a page would be one that the Content-Security-Policy forbids.
"""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course.site.policy import LAB, policy
from course.site.start_page import as_data, words

INSIDE = re.compile(r"<script>.*?</script>", re.DOTALL)
TITLE = re.compile(r"<title>.*?</title>\s*<meta charset=\"utf-8\">")
INDICATOR = re.compile(r'<div class="jupyterlite-loading-indicator-text">.*?</div>')
TOP = """<meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="{policy}">
    <title>Alembic</title>"""
HEAD = """<meta name="color-scheme" content="light dark">
    <link rel="stylesheet" href="../front/lab.css">
    <script type="application/json" id="words">{words}</script>
    <script type="module" src="../front/lab.js"></script>"""
BODY = """<div id="course-loading" role="status" hidden>
      <p data-title></p>
      <p data-line></p>
      <progress max="1"></progress>
      <p data-hint></p>
      <button type="button">×</button>
    </div>
    <div id="course-store" role="alert" hidden>
      <p data-line></p>
      <button type="button">×</button>
    </div>
    <noscript>"""
UNUSED = (
    *("doc", "lab/tree", "lab/workspaces", "service-worker.js", "bootstrap.js"),
    *("config-utils.js", "rspack.config.js", "rspack.config.analyze.js", "rspack.config.watch.js"),
    *("package.json", "lab/package.json", "jupyterlite.schema.v0.json"),
)
"""Of what JupyterLite lays down: pages that only lead on, and what only a build of it reads."""


class UnknownPageError(ValueError):
    """JupyterLite's page is not the one that is known here; the message is what it lacks."""


def lab_page(own: str, languages: Mapping[str, Any]) -> str:
    """Give the page, made of JupyterLite's own. Raises UnknownPageError."""
    said = {lang: words(lang, ("loading", "store")) for lang in languages}
    top = TOP.format(policy=policy(LAB))
    head = HEAD.format(words=as_data(said))
    page = own
    for what, pattern, new in (
        ("title", TITLE, top),
        ("script", INSIDE, head),
        ("indicator", INDICATOR, ""),
        ("noscript", re.compile("<noscript>"), BODY),
    ):
        page, count = pattern.subn(lambda _, text=new: text, page)  # type: ignore[misc]
        if count != 1:
            raise UnknownPageError(what)
    return page


def leave_out_unused(target: Path) -> None:
    """Take away what no visitor's browser reads."""
    for name in UNUSED:
        path = target / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
