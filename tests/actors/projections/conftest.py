"""Read models in a file of their own, and the gateway's view of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.projections.projection import Projection
from gateway.views import SqliteViews
from storage.sqlite.readmodels import open_reader
from tests.actors.projections.given import open_database


@pytest.fixture
def projection(tmp_path: Path) -> Iterator[Projection]:
    projection = Projection(open_database(tmp_path))
    yield projection
    projection.close()


@pytest.fixture
def views(projection: Projection, tmp_path: Path) -> Iterator[SqliteViews]:
    views = SqliteViews(open_reader(tmp_path / "readmodels.db"))
    yield views
    views.close()
