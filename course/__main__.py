"""`python3 -m course …`. This file also parses on Python 3.6, to say that it is too old."""

import sys

TOO_OLD = """\
Python 3.11 이상이 필요합니다(지금은 {0}). https://www.python.org/downloads 에서 설치하고 \
`python3.12 -m course lab`처럼 새 Python으로 다시 실행합니다.
Python 3.11 or newer is needed (this is {0}). Install it from https://www.python.org/downloads \
and run again with it, as in `python3.12 -m course lab`."""

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(TOO_OLD.format(".".join(str(part) for part in sys.version_info[:3])))

from course.start import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
