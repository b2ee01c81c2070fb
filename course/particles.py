"""Korean particles: the sound that a word ends in decides which of two forms follows it.

`이`, `은`, `을`, `과` and `으로` follow a consonant, `가`, `는`, `를`, `와` and `로` a vowel, and
`로` a ㄹ, too. Hangul shows its sounds. Digits are read as Korean numbers. Latin words are
read as Korean developers say them, by rules over their last letters: name is 네임, table 테이블,
models.py 파이.
"""

import re
import unicodedata

VOWEL, RIEUL, CONSONANT = "", "ㄹ", "ㄴ"
"""The three endings that matter; every consonant but ㄹ counts alike."""

PAIRS = (
    ("이", "가"),
    ("은", "는"),
    ("을", "를"),
    ("과", "와"),
    ("으로", "로"),
    ("이고", "고"),
    ("이라는", "라는"),
    ("이어야", "여야"),
)
"""After a consonant, after a vowel."""

PARTICLES = {form: pair for pair in PAIRS for form in pair}

DIGITS = dict(zip("0123456789", "ㄴㄹ ㄴ  ㄴㄹㄹ ", strict=True))
"""영, 일, 이, 삼 …: 십, 백, 천, 만 end in a consonant as 영 does, so the last digit decides."""

LETTERS = {"l": RIEUL, "r": RIEUL, "m": CONSONANT, "n": CONSONANT}
"""엘, 알, 엠, 엔: the names of all other letters end in a vowel."""

SPELLED = {"api", "ci", "cli", "id", "ini", "io", "ip", "ipynb", "os", "ui", "uri", "url"}
"""Words with a vowel that are said letter by letter all the same: 아이디, 유알엘."""

SAID = {"check": VOWEL, "type": CONSONANT, "recipe": VOWEL, "sqlite": VOWEL, "web": CONSONANT}
"""Words that the rules below would read wrongly."""

ENDINGS = (
    (r"le?", RIEUL),
    (r"[aeiouy][mn]e", CONSONANT),
    (r"[aeiouyw]", VOWEL),
    (r"[mn]|ng", CONSONANT),
    (r"(?<![aeiou])ck|[aiou]ck|ook", CONSONANT),
    (r"pp|[aeiou]p", CONSONANT),
    (r"(?<![aeiou])[aeiou]t|out|[aeiou]b|[aeiou]c|tt", CONSONANT),
)
"""Endings of Latin words as Korean says them; what is not here takes an open 으 (인덱스, 코드)."""


def particle(word: str, form: str) -> str:
    """Give the particle (named by either of its forms) that fits the word.

    Where the word's sound is not known, both forms, as Korean writes it: `을(를)`, `(으)로`.
    Raises KeyError for a particle that is not in PAIRS.
    """
    closed, opened = PARTICLES[form]
    sound = ending(word)
    if sound is None:
        return f"(으){opened}" if closed == "으로" else f"{closed}({opened})"
    if closed == "으로" and sound == RIEUL:
        return opened
    return closed if sound else opened


def ending(word: str) -> str | None:
    """Give the sound that the word ends in, None where that cannot be told.

    What follows its last letter or digit (quotes, brackets) has no sound.
    """
    composed = unicodedata.normalize("NFC", word)
    letters = [char for char in composed if unicodedata.category(char)[0] in "LN"]
    if not letters:
        return None
    last = letters[-1]
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return (VOWEL, RIEUL)[final == 8] if final in (0, 8) else CONSONANT
    if last in DIGITS:
        return DIGITS[last].strip()
    plain = unicodedata.normalize("NFD", composed).lower()
    found = re.findall(r"[a-z0-9]+", plain)
    if not found or not unicodedata.normalize("NFD", last)[0].isascii():
        return None
    return _latin(found[-1])


def _latin(word: str) -> str:
    if word in SAID:
        return SAID[word]
    if word in SPELLED or not re.search("[aeiouy]", word) or re.search("[0-9]", word):
        return LETTERS.get(word[-1], VOWEL)
    for pattern, sound in ENDINGS:
        if re.search(f"(?:{pattern})$", word):
            return sound
    return VOWEL
