"""No test goes unseen: files and numbers of tests are those of the list (tests/inventory.py)."""

import ast
import re
import tomllib

from course.contents import load_course
from tests.inventory import LISTED, TESTS, count

FIX = "when that is meant: .venv/bin/python -m tests.inventory"


def test_the_tests_are_those_of_the_list():
    assert count() == tomllib.loads(LISTED.read_text(encoding="utf-8")), FIX


def test_no_test_has_a_lesson_s_number():
    """A lesson that moves changes its number: tests ask for its `stem`."""
    stems = "|".join(entry.stem for entry in load_course().lessons)
    own = {TESTS / "test_command_line.py", TESTS / "test_desk.py"}  # courses of their own
    files = set(TESTS.rglob("*.py")) - own
    found = [
        f"{path.relative_to(TESTS)}:{number}"
        for path in sorted(files)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(rf"\b(?:{stems})\b", line)
    ]
    assert found == []


def asserts(test: ast.FunctionDef) -> bool:
    """Tell whether a test can fail by itself, here or in a helper named so."""
    calls = [ast.unparse(node.func) for node in ast.walk(test) if isinstance(node, ast.Call)]
    called = {name.rpartition(".")[2] for name in calls}
    return any(isinstance(node, ast.Assert) for node in ast.walk(test)) or any(
        name == "raises" or name.startswith("assert_") for name in called
    )


def test_every_test_asserts_something():
    silent = [
        f"{path.name}: {node.name}"
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not asserts(node)
    ]
    assert silent == []
