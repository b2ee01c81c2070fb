"""The words that the course's texts do not use: patterns a language, in style.toml."""

import re
import tomllib
from functools import cache
from pathlib import Path

STYLE = Path(__file__).with_name("style.toml")
CODE = re.compile(r"```.*?```|`[^`]*`|\{[^}\s]*\}|\]\([^)]*\)", re.DOTALL)
"""What a text quotes or fills in, and where its links lead."""


def unwanted(text: str, lang: str) -> list[str]:
    """Give what a text says that it should not, in order; code and quoted outputs are left out."""
    said = CODE.sub(" ", text)
    found = [match for pattern in patterns().get(lang, ()) for match in pattern.finditer(said)]
    return [match[0] for match in sorted(found, key=lambda match: match.start())]


@cache
def patterns() -> dict[str, list[re.Pattern[str]]]:
    """Read the patterns; a language without any has no rule."""
    table = tomllib.loads(STYLE.read_text(encoding="utf-8"))
    # In Korean text, `ID` is refused and `id` is the word.
    flags = {"ko": 0}
    return {
        lang: [re.compile(one, flags.get(lang, re.IGNORECASE)) for one in said]
        for lang, said in table.items()
    }
