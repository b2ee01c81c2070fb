"""Where things are in the kernel's own file system."""

from pathlib import Path

HOME = Path("/home/pyodide")
WORKSPACE = HOME / "workspace"
