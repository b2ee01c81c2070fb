"""Words that the course's texts do not use are found, and what is code or a term is not."""

import pytest

from course.author.proof.style import unwanted


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", "Simply mend the file.", ["Simply", "mend"]),
        ("en", "I recommend `mend` and ```\nsimply\n```", []),
        ("en", "What stands here is no error.", ["stands", "is no"]),
        ("en", "There is no table, and it is no longer needed. You understand.", []),
        ("en", "See [the page](https://example.com/easy).", []),
        ("ko", "컬럼을 더합니다. 그 까닭은", ["더합니다", "까닭"]),
        ("ko", "더 많은 행, 더하여 말하면 컬럼을 추가합니다.", []),
        ("ko", "리비전 ID가 아니라 id입니다.", ["ID"]),
        ("ko", "기존 행과, 연습을 시작할 때 있던 행", []),
        ("ko", "있던 행을 지웁니다", ["있던 행"]),
        ("ko", "가지 않습니다. 틀린 배열의 색인", ["색인"]),
        ("fr", "simply", []),
    ],
)
def test_words_that_are_refused(lang, text, found):
    assert unwanted(text, lang) == found
