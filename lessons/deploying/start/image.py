"""Do what Dockerfile says without Docker: copy what COPY copies to an empty folder, run CMD there.

python image.py                     run the image's CMD
python image.py alembic current     run another command in the image
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def build(image: Path) -> list[str]:
    """Fill the image's folder; give the command of CMD."""
    command = []
    for line in Path("Dockerfile").read_text(encoding="utf-8").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "COPY":
            *patterns, target = rest.split()
            for pattern in patterns:
                for source in sorted(Path().glob(pattern.rstrip("/"))):
                    copy(source, image / target, target.endswith(("/", ".")))
        elif word == "CMD":
            command = json.loads(rest)
    return command


def copy(source: Path, target: Path, into: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
        return
    target.mkdir(parents=True, exist_ok=True) if into else None
    shutil.copyfile(source, target / source.name if into else target)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="image-", ignore_cleanup_errors=True) as folder:
        words = build(Path(folder))
        words = sys.argv[1:] or words
        begin = ["-m", "alembic", *words[1:]] if words[0] == "alembic" else words[1:]
        code = subprocess.run([sys.executable, *begin], cwd=folder).returncode
        print("exit code", code)
    sys.exit(code)
