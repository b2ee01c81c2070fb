"""What a learner's shell may hold that would steer a lesson, and an environment without it.

Standard library only: the first step of every command uses it, and each kernel.
"""

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The top of the checkout that runs."""

LEFT_OUT = "COURSE_LEFT_OUT"
"""Carries the names of what was left out on to the processes that we start, for `doctor`."""

STEERING = {
    # Alembic would run on the project that it names, whatever folder a command is typed in.
    "ALEMBIC_CONFIG": "project",
    # Modules, docstrings and the search path would be other ones than the course's.
    "PYTHONEXECUTABLE": "interpreter",
    "PYTHONHOME": "interpreter",
    "PYTHONINSPECT": "interpreter",
    "PYTHONOPTIMIZE": "interpreter",
    "PYTHONPLATLIBDIR": "interpreter",
    "PYTHONSAFEPATH": "interpreter",
    # IPython runs this file before the first cell.
    "PYTHONSTARTUP": "interpreter",
    # Commands would print more or less than the text quotes.
    "PYTHONASYNCIODEBUG": "output",
    "PYTHONDEBUG": "output",
    "PYTHONDEVMODE": "output",
    "PYTHONDUMPREFS": "output",
    "PYTHONMALLOCSTATS": "output",
    "PYTHONNODEBUGRANGES": "output",
    "PYTHONPROFILEIMPORTTIME": "output",
    "PYTHONVERBOSE": "output",
    "PYTHONWARNINGS": "output",
    "SQLALCHEMY_WARN_20": "output",
    # pip would install elsewhere, less, or nothing. Its certificates, proxies and indexes stay.
    "PIP_DRY_RUN": "install",
    "PIP_NO_BUILD_ISOLATION": "install",
    "PIP_NO_DEPS": "install",
    "PIP_PREFIX": "install",
    "PIP_PYTHON": "install",
    "PIP_REQUIREMENT": "install",
    "PIP_REQUIRE_HASHES": "install",
    "PIP_ROOT": "install",
    "PIP_TARGET": "install",
    "PIP_USER": "install",
    # pytest would choose other tests, or lose the plug-ins that run the notebooks.
    "PYTEST_ADDOPTS": "tests",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "tests",
    "PYTEST_PLUGINS": "tests",
}
"""Variables that are left out, each with the kind of thing that it would steer."""

SEARCH_PATH = "PYTHONPATH"
OURS = (
    "IPython",
    "alembic",
    "course",
    "ipykernel",
    "jupyter_client",
    "jupyterlab",
    "pytest",
    "sqlalchemy",
    "typing_extensions",
)
"""Modules that must be the environment's own: a folder that holds another is left out."""


def kind(name: str) -> str:
    """Say what a variable steers: project, interpreter, modules, output, install or tests."""
    return "modules" if name == SEARCH_PATH else STEERING[name]


def steering(environ: Mapping[str, str]) -> list[str]:
    """Give the names of the variables that would steer a lesson, in order."""
    names = [name for name in STEERING if environ.get(name)]
    if _search_path(environ) != environ.get(SEARCH_PATH, ""):
        names.append(SEARCH_PATH)
    return sorted(names)


def cleaned(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the environment without what would steer a lesson.

    PYTHONPATH keeps those of its folders that bring in none of our modules. COURSE_LEFT_OUT
    names what was left out, here or by a process before this one.
    """
    kept = {name: value for name, value in environ.items() if name not in STEERING}
    names = left_out(environ)
    if names:
        kept[LEFT_OUT] = " ".join(names)
    if search_path := _search_path(environ):
        kept[SEARCH_PATH] = search_path
    else:
        kept.pop(SEARCH_PATH, None)
    return kept


def left_out(environ: Mapping[str, str]) -> list[str]:
    """Give the names of what is left out, or was by the process that started this one."""
    before = [name for name in environ.get(LEFT_OUT, "").split() if _is_known(name)]
    return sorted({*before, *steering(environ)})


def already_acted(environ: Mapping[str, str]) -> list[str]:
    """Give those that steered the interpreter when it started, which no cleaning takes back.

    For a process whose start was not ours, such as a kernel of somebody's own JupyterLab.
    """
    return [name for name in steering(environ) if kind(name) in ("interpreter", "modules")]


def _is_known(name: str) -> bool:
    return name == SEARCH_PATH or name in STEERING


def _search_path(environ: Mapping[str, str]) -> str:
    folders = environ.get(SEARCH_PATH, "").split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if _may_stay(folder))


def _may_stay(folder: str) -> bool:
    """Tell whether a folder of PYTHONPATH is harmless; a relative one is another in each lesson."""
    path = Path(folder)
    if not path.is_absolute():
        return False
    if path.resolve() == ROOT:
        return True
    return not any((path / name).is_dir() or (path / f"{name}.py").is_file() for name in OURS)
