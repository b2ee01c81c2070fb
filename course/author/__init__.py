"""From lessons/ to the notebooks: read, compose, execute, rehearse, prove."""

import sys

# Whoever imports nbformat imports jsonschema, which builds a grammar of IRIs when it finds this
# package: more than two seconds, for a format that no notebook has. It takes its absence well.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
