"""How long the graph of 1,000 revisions takes, against `alembic history` on the same project.

Run it as `python benchmarks/graph_of_1000_revisions.py`. It makes a project with branches and
merges in a temporary folder, times both in turn, and prints the ratio of the medians: at most 2.
"""

import contextlib
import io
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import to_tuple

from course.picture.history import draw_graph
from course.project.revision import Revision

REVISIONS = 1000
ROUNDS = 7
SCRIPT = '''"""{message}"""
from alembic import op
import sqlalchemy as sa

revision = {id!r}
down_revision = {parents!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("t", sa.Column("c{number}", sa.Integer()))


def downgrade() -> None:
    op.drop_column("t", "c{number}")
'''


def make_project(folder: Path) -> Config:
    """Write an Alembic project of REVISIONS scripts, up to six branches at a time."""
    config = Config(str(folder / "alembic.ini"))
    with contextlib.redirect_stdout(io.StringIO()):
        command.init(config, str(folder / "migrations"))
    chance = random.Random(1000)
    heads: list[str] = []
    ids: list[str] = []
    for number in range(REVISIONS):
        revision_id = f"{chance.getrandbits(48):012x}"
        turn = chance.random()
        if not heads:
            parents: tuple[str, ...] = ()
        elif turn < 0.1 and len(heads) < 6:
            parents = (chance.choice(ids[-20:]),)
        elif turn < 0.2 and len(heads) > 1:
            parents = tuple(chance.sample(heads, 2))
        else:
            parents = (chance.choice(heads),)
        heads = [head for head in heads if head not in parents] + [revision_id]
        ids.append(revision_id)
        down = (parents[0] if len(parents) == 1 else parents) if parents else None
        words = SCRIPT.format(message=f"step {number}", id=revision_id, parents=down, number=number)
        (folder / "migrations" / "versions" / f"{revision_id}_step_{number}.py").write_text(words)
    return config


def run_history(folder: Path) -> None:
    """List the history as a learner does."""
    subprocess.run(
        [sys.executable, "-m", "alembic", "history"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def run_graph(config: Config) -> int:
    """Load the scripts and draw them; return the number of characters of the picture."""
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    nodes = [
        Revision(script.revision, script.doc, to_tuple(script.down_revision, default=()))
        for script in scripts
    ]
    picture = draw_graph(nodes, [scripts[len(scripts) // 2].revision], "ko")
    return len(picture._repr_mimebundle_()["text/html"])


def main() -> None:
    """Time both in turn and print what they took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = make_project(folder)
        run_history(folder)
        size = run_graph(config)
        history, graph = [], []
        for _ in range(ROUNDS):
            for times, run in (
                (history, lambda: run_history(folder)),
                (graph, lambda: run_graph(config)),
            ):
                start = time.perf_counter()
                run()
                times.append(time.perf_counter() - start)
    listed, drawn = statistics.median(history), statistics.median(graph)
    print(f"alembic history: {listed:.2f} s · graph: {drawn:.2f} s · ratio {drawn / listed:.2f}")
    print(f"the picture holds {size / 1e6:.2f} million characters")


if __name__ == "__main__":
    main()
