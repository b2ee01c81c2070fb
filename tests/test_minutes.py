"""Minutes are counted, and the pace of a lesson is held."""

import pytest

from course.author import minutes
from course.author.notebook import Notebook, code, markdown, notebook
from course.author.proof import pace
from course.contents import LessonEntry, Minutes, load_course

ENTRY = load_course().lesson("init")
EXERCISE = ENTRY.exercises[0]


def ran(key: str, lines: int, printed: int = 0, **metadata: str) -> dict[str, object]:
    """A code cell of so many lines that printed so many."""
    made = code(key, "\n".join(["pass"] * lines), dict(metadata))
    made["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "said\n" * printed}]
    return made


def answer(key: str, name: str = EXERCISE) -> dict[str, object]:
    return ran(key, 100, exercise=name, role="solution")


def of(*cells: dict[str, object]) -> Notebook:
    return notebook(list(cells))


def test_prose_is_counted_in_words_or_in_characters():
    english = of(markdown("a", "# Heading\n\n" + "word " * 128 + "a [link](https://x.y/z)"))
    assert minutes.by_section(english, ENTRY, "en")[0].read == pytest.approx(131 / 130)
    korean = of(markdown("a", "## 제목\n\n" + "가나다라 " * 99 + "끝 끝"))
    assert minutes.by_section(korean, ENTRY, "ko")[0].read == pytest.approx(1)


def test_code_and_output_count_by_lines_and_what_a_learner_writes_does_not():
    made = of(ran("a", lines=15, printed=40), answer("b"))
    assert minutes.count(made, ENTRY, "en") == Minutes(2, minutes.MINUTES_AN_EXERCISE)


def test_an_exercise_counts_once_and_a_try_counts_less(monkeypatch):
    made = of(answer("a"), ran("b", 1, exercise=EXERCISE, role="check"), answer("c", "tried"))
    monkeypatch.setattr(LessonEntry, "tries", ("tried",))
    assert minutes.count(made, ENTRY, "en").do == 5 + 2


def test_sections_go_from_heading_to_heading():
    made = of(
        markdown("a", "# One"), ran("b", 15), markdown("c", "No heading"), markdown("d", "## Two")
    )
    parts = minutes.by_section(made, ENTRY, "en")
    assert [(part.key, part.heading) for part in parts] == [("a", "One"), ("d", "Two")]


@pytest.mark.parametrize("entry", load_course().lessons, ids=lambda entry: entry.slug)
def test_stated_minutes_are_the_counted_ones(entry):
    from course.author.notebook import read

    counted = [
        minutes.count(read(entry.notebook(lang, solved=True)), entry, lang)
        for lang in load_course().languages
    ]
    assert entry.minutes == minutes.longest(counted)
    for lang in load_course().languages:
        heading = read(entry.notebook(lang, solved=False))["cells"][0]["source"]
        assert f"{entry.minutes.total}" in heading.splitlines()[2]


def problems(*cells: dict[str, object]) -> list[str]:
    asked = markdown("guesses", "**Guess** · One? **Guess** · Two? **Guess** · Three?")
    return pace._problems(of(*cells, asked), ENTRY, "en")


def test_a_lesson_asks_for_guesses():
    [few] = pace._problems(of(answer("a"), markdown("b", "**Guess** · One?")), ENTRY, "en")
    assert few == "asks for 1 guesses, 3 at least; one begins with **Guess**"


def test_a_lesson_is_not_too_long_and_its_learner_acts_early_and_often():
    plain = [ran(f"p{number}", 1) for number in range(9)]
    assert problems(*plain[:8], answer("a"), *plain[:8]) == []
    assert problems(*plain, answer("a")) == ["9 cells in a row to run, from 'p0' on"]
    assert problems(answer("a"), *plain) == ["9 cells in a row to run, from 'p0' on"]
    [late] = problems(markdown("m", "word " * 660), answer("a"))
    assert late == "the first own act comes after 5.1 minutes"
    [long] = problems(answer("a"), markdown("m", "# Long\n\n" + "word " * 130 * 46))
    assert long.startswith("takes 52 minutes, 50 at most; longest: 'Long' 46")
