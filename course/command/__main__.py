"""The second step, inside the environment: `course.start` starts it."""

import sys

from course.command.run import run

sys.exit(run(sys.argv[1:]))
