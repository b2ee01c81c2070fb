"""The site, built once, and browsers in front of it; a server that stands for the browser's."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from course.server.cluster import Address
from tests.site.backends import trusting
from tests.site.lite import Visit, built_site, visit
from tests.system.lab import browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def address() -> Iterator[Address]:
    with trusting("wheel") as own:
        yield own


@pytest.fixture(scope="session")
def served_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    own = tmp_path_factory.getbasetemp()
    with built_site(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) as built:
        yield built


@pytest.fixture
def site(served_site: tuple[Path, str]) -> str:
    return served_site[1]


@pytest.fixture
def site_folder(served_site: tuple[Path, str]) -> Path:
    return served_site[0]


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    with browser() as started:
        yield started


@pytest.fixture
def visitor(chromium: "Browser", site: str) -> Iterator[Visit]:
    with visit(chromium, site) as visiting:
        yield visiting
        assert visiting.elsewhere == []
