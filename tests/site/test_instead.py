"""Cells that need what a browser hasn't are known, say why, and leave what they leave."""

import ast

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from course.contents import load_course
from course.phrases import all_phrases, load, phrase
from course.site.kernel import instead, refused
from course.site.kernel.later import kinds
from tests.site.lite import committed

COURSE = load_course()
CELLS = instead.cells()
ENTRIES = [COURSE.lesson(slug) for slug in CELLS]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.slug)
@pytest.mark.parametrize("lang", COURSE.languages)
def test_each_cell_is_one_of_the_lesson_and_gives_python(entry, lang):
    known = instead.sources(entry, lang)
    notebook = f"{lang}/{entry.stem}.ipynb"
    texts = {name: "".join(cell["source"]).strip() for name, cell in committed(notebook).items()}
    ours = CELLS[entry.slug]
    assert known.keys() == {texts[name] for name in ours}
    # Cells with one text have one thing in their place.
    different = {(texts[name], cell["needs"], cell.get("run")) for name, cell in ours.items()}
    assert len(known) == len(different)
    for text, in_its_place in known.items():
        transform = TransformerManager()
        transform.cleanup_transforms.insert(0, instead.replacing(known))
        made = transform.transform_cell(text)
        assert made == TransformerManager().transform_cell(in_its_place)
        said = ast.parse(made).body[0]
        assert isinstance(said, ast.Expr) and ast.unparse(said).startswith("print(")


def test_a_cell_that_was_changed_is_run_as_it_is():
    known = instead.sources(COURSE.lesson("locks"), "en")
    lines = [f"{next(iter(known))}\n", "# mine\n"]
    assert instead.replacing(known)(lines) == lines


def test_only_what_the_lesson_lacks_is_a_reason():
    words = load(instead.WORDS)["why"]
    for entry in ENTRIES:
        needed = {cell["needs"] for cell in CELLS[entry.slug].values()}
        assert needed <= set(kinds(entry)) and needed <= words.keys()


def test_every_phrase_is_said_in_every_language():
    for key, said in all_phrases(load(instead.WORDS)):
        assert said.keys() == COURSE.languages.keys(), key


@pytest.fixture
def judged(monkeypatch):
    """Give what a card says, for a verdict of a check in which something was refused or not."""
    from course.lesson import exercises
    from course.lesson.verdict import Verdict, not_yet, passed

    messages = {"passed": {"en": "Good."}, "not_yet": {"typo": {"en": "A typo."}}}

    def judge(slug: str, exercise: str, verdict: Verdict, refuses: str) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(
                exercises.Exercises, "judge", lambda *_: refuses and refused.note(refuses)
            )
            patch.setattr(exercises, "verdict_card", exercises.verdict_card)
            patch.setattr(instead, "_opened", [slug])
            instead._judge_fairly()
            refused.note("something before")
            exercises.Exercises.judge(object())
            card = exercises.verdict_card(verdict, exercise, messages, "en")
            return f"{card.heading}: {card.paragraphs[0]}"

    return judge, not_yet("typo"), passed()


def test_a_check_that_was_refused_something_says_that_alone(judged):
    judge, wrong, right = judged
    assert judge("locks", "x", wrong, "No session.") == "? Cannot check · x: No session."
    assert judge("locks", "x", wrong, "").endswith("x: A typo.")
    assert judge("locks", "x", right, "No session.").endswith("x: Good.")


def test_a_check_that_knows_another_way_is_believed(judged):
    judge, wrong, _ = judged
    assert judge("postgresql", "x", wrong, "No session.").endswith("x: A typo.")


UNPASSABLE = [(slug, name) for slug, names in instead.UNPASSABLE.items() for name in names]


@pytest.mark.parametrize(("slug", "exercise"), UNPASSABLE)
def test_what_cannot_be_passed_says_how_to_go_on(judged, slug, exercise):
    judge, wrong, _ = judged
    entry = COURSE.lesson(slug)
    assert exercise in entry.messages
    going_on = f'lesson.go_on(\\"{exercise}\\")'
    assert going_on in entry.notebook("en", solved=False).read_text(encoding="utf-8")
    said = phrase(instead.WORDS, "unpassable", "en", name=exercise)
    assert said in judge(slug, exercise, wrong, "") and "lesson.go_on" in said
