"""How long `review --no-migrate` takes for 1,000 revisions, the start of Python included.

Run it as `python benchmarks/review_of_1000_revisions.py`. It makes a project in a temporary
folder, reviews it a few times, and prints the medians: at most 3 s on a machine that does nothing
else. The processor's time says how much of a wait was not ours.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REVISIONS = 1000
ROUNDS = 5
SETTINGS = "[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = sqlite:///t.db\n"
ENV = """from alembic import context
from models import Base

context.configure(url="sqlite://", target_metadata=Base.metadata)
"""
MODELS = """from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "things"

    id: Mapped[int] = mapped_column(primary_key=True)
"""
SCRIPT = '''"""add part {number} to things

Revision ID: {id}
Revises: {parent}
"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

revision: str = {id!r}
down_revision: Union[str, Sequence[str], None] = {parent!r}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table(
        "t{number}",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["thing_id"], ["things.id"], name=op.f("fk_t{number}_thing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_t{number}")),
    )
    op.create_index(op.f("ix_t{number}_name"), "t{number}", ["name"], unique=False)
    with op.batch_alter_table("things") as batch_op:
        batch_op.add_column(sa.Column("c{number}", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("things") as batch_op:
        batch_op.drop_column("c{number}")
    op.drop_index(op.f("ix_t{number}_name"), table_name="t{number}")
    op.drop_table("t{number}")
'''


def make_project(folder: Path) -> None:
    """Write an Alembic project of REVISIONS scripts, one after the other."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic.ini").write_text(SETTINGS)
    (folder / "models.py").write_text(MODELS)
    (folder / "migrations" / "env.py").write_text(ENV)
    parent = None
    for number in range(REVISIONS):
        revision = f"{number:012x}"
        words = SCRIPT.format(number=number, id=revision, parent=parent)
        (versions / f"{revision}_add_part_{number}_to_things.py").write_text(words)
        parent = revision


def run_review(folder: Path) -> tuple[float, float]:
    """Review the project and give the seconds that it took, and those of the processor."""
    command = [sys.executable, "-m", "course.command", "review", str(folder), "--no-migrate"]
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(command, capture_output=True, text=True)
    taken, after = time.perf_counter() - start, os.times()
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    user = after.children_user - before.children_user
    return taken, user + after.children_system - before.children_system


def main() -> None:
    """Time the review and print the median."""
    with tempfile.TemporaryDirectory() as name:
        make_project(Path(name))
        rounds = [run_review(Path(name)) for _ in range(ROUNDS)]
    taken, worked = map(statistics.median, zip(*rounds, strict=True))
    print(f"review of {REVISIONS:,} revisions: {taken:.2f} s (at most 3 s), CPU {worked:.2f} s")


if __name__ == "__main__":
    main()
