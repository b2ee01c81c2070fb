"""Phrases: what is filled in, what follows from it, and what a language without them gets."""

import pytest

from course.command import language
from course.contents import load_course
from course.particles import CONSONANT, RIEUL, VOWEL, ending, particle
from course.phrases import MissingText, fill_in, phrase, with_fallback


@pytest.fixture
def words(tmp_path):
    """A file of phrases of which French says none, and German one in a language of its own."""
    path = tmp_path / "words.toml"
    path.write_text(
        """
        [moved]
        ko = "`{file}`{file:을} 옮겼습니다."
        en = "Moved {count} {count:file|files}."
        [deep.er]
        de = "nur deutsch"
        [empty]
        fr = ""
        en = "said"
        """,
        encoding="utf-8",
    )
    return path


def test_a_phrase_is_filled_in(words):
    assert phrase(words, "moved", "ko", file="shop.db") == "`shop.db`를 옮겼습니다."
    assert phrase(words, "moved", "ko", file="모델") == "`모델`을 옮겼습니다."
    assert phrase(words, "moved", "en", count=1) == "Moved 1 file."
    assert phrase(words, "moved", "en", count=0) == "Moved 0 files."


def test_a_language_without_a_phrase_gets_english_else_the_first(words):
    assert phrase(words, "moved", "fr", count=2) == "Moved 2 files."
    assert phrase(words, "deep.er", "fr") == "nur deutsch"
    assert phrase(words, "empty", "fr") == "said"


@pytest.mark.parametrize("key", ["gone", "deep", "deep.er.de", "moved.ko"])
def test_what_is_no_phrase_is_missing(words, key):
    with pytest.raises(MissingText, match=rf"words\.toml: {key}"):
        phrase(words, key, "en")


def test_tables_of_phrases_fall_back_and_still_tell_what_they_lack():
    table = with_fallback(
        {"hints": {"ko": ["하나"], "en": ["one"]}, "bad": {"gone": {"ko": "없음"}}}
    )
    assert (table["hints"]["fr"], table["bad"]["gone"]["fr"]) == (["one"], "없음")
    assert "fr" not in table["hints"]


def test_braces_of_a_value_are_left_alone():
    assert fill_in("{said} {said!r:>5}", {"said": "{x}"}) == "{x} '{x}'"
    with pytest.raises(KeyError, match="gone"):
        fill_in("{gone}", {})
    with pytest.raises(ValueError, match="format"):
        fill_in("{said:없는조사}", {"said": "x"})


ENDINGS = {
    VOWEL: "나무 2 4 5 9 user_id shop.db models.py alembic.ini env.py script.py.mako users orders "
    "price products status update date downgrade upgrade code merge value unique queue cache safe "
    "employee movie view index branch path hash batch user error number flag log config text count "
    "default constraint script insert check link task work week key category base head current "
    "5e0b7d21c6a4 shop.csv README.md HEAD password method store software before quantity root "
    "report import old_shop/models.py users(id) stamp size address TEXT INTEGER DATE café 3b1f "
    "true false sqlite fk sync async",
    RIEUL: "서울 1 7 8 title table file module role SQL url toml null email model detail html rule "
    "dump.sql style 7c1 NULL",
    CONSONANT: "이름 0 3 6 10 100 9afd9b050e36 name users.name time column line phone main json "
    "version migration revision string rollback stock notebook block map drop step setup group "
    "shop commit reset format input unit alembic public type web job item token "
    "snapshot VARCHAR(50) layout lay_out timeout",
}


@pytest.mark.parametrize(
    ("word", "sound"), [(word, sound) for sound, words in ENDINGS.items() for word in words.split()]
)
def test_words_end_as_korean_developers_say_them(word, sound):
    assert ending(word) == sound


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("`users.name`", "이 은 을 과 으로"),
        ("shop.db", "가 는 를 와 로"),
        ("'title'", "이 은 을 과 로"),
        ("users (id).", "가 는 를 와 로"),
        ("서울", "이 은 을 과 로"),
        ("", "이(가) 은(는) 을(를) 과(와) (으)로"),
        ("→", "이(가) 은(는) 을(를) 과(와) (으)로"),
        ("東京", "이(가) 은(는) 을(를) 과(와) (으)로"),
    ],
)
def test_a_particle_fits_what_it_follows(word, said):
    assert [particle(word, form) for form in ("이", "은", "을", "과", "으로")] == said.split()
    assert [particle(word, form) for form in ("가", "는", "를", "와", "로")] == said.split()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ko_KR.UTF-8", "ko"),
        ("ko", "ko"),
        ("Korean_Korea.949", "ko"),
        ("German_Germany.1252", "de"),
        ("Spanish_Spain", "es"),
        ("Chinese (Simplified)_China.936", "zh"),
        ("Chinese_Taiwan", "zh"),
        ("Portuguese_Brazil", "pt"),
        ("de-AT", "de"),
        ("C.UTF-8", "c"),
        ("", ""),
    ],
)
def test_a_locale_names_its_language(name, code):
    assert language.language_of(name) == code


def test_without_a_locale_windows_says_the_language_of_its_menus(monkeypatch):
    monkeypatch.setattr(language, "_menus", lambda: 0x0412)
    assert language.choose([], {}) == "ko"
    monkeypatch.setattr(language, "_menus", lambda: 0x0407)
    assert language.choose([], {}) == "en"


def test_the_languages_are_those_of_the_course(monkeypatch):
    assert list(language.languages()) == list(load_course().languages)
    monkeypatch.setattr(language.contents, "load_course", lambda: {}["languages"])
    assert language.languages() == ("en",)
