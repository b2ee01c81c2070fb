"""The site as one zip, to be carried to a room without a network."""

import zipfile
from pathlib import Path

from course.contents import Course
from course.phrases import phrase
from course.site import serving
from course.site.start_page import WORDS

TOP = "alembic"
"""The folder that the zip holds."""
PACKED = (".whl", ".zip", ".png")
"""Files that are compressed already."""


def write_stick(course: Course, site: Path, file: Path) -> None:
    """Write a built site into a zip, with what serves it and how that is done. Raises OSError."""
    readme = "\n\n".join(phrase(WORDS, "stick.readme", lang) for lang in course.languages)
    new = file.with_name(f".{file.name}.new")
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
            # With a byte order mark, by which Windows knows UTF-8.
            archive.writestr(f"{TOP}/README.txt", f"\ufeff{readme}\n".replace("\n", "\r\n"))
            archive.write(Path(serving.__file__), f"{TOP}/serve.py")
            for path in sorted(site.rglob("*")):
                if path.is_file():
                    how = zipfile.ZIP_STORED if path.suffix in PACKED else zipfile.ZIP_DEFLATED
                    archive.write(path, f"{TOP}/site/{path.relative_to(site).as_posix()}", how)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
