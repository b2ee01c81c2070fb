"""What npm brings for the tests of the browser edition."""

from pathlib import Path

from course.contents import ROOT
from course.site import runtime

LOCK = Path(__file__).parent / "npm"


def node_modules() -> Path:
    """Give the folder with the packages of the tests' own lock."""
    return runtime.bring(ROOT / "build" / "site-tests", LOCK)
