"""A filled centre and a client in front of it; reading tests share one, writing tests get their own."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from qa_engine.service import App
from qa_engine.web import create_app
from tests.web.samples import fill_centre, open_centre

BASE = "http://127.0.0.1:8640"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with open_centre(tmp_path_factory.mktemp("centre")) as app:
        fill_centre(app)
        yield app


@pytest.fixture(scope="session")
def client(filled: App) -> Iterator[TestClient]:
    """For tests that only read."""
    with TestClient(create_app(filled), base_url=BASE) as client:
        yield client


@pytest.fixture
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An empty centre of one test's own; uploads of more than 1 MB are refused."""
    with open_centre(tmp_path_factory.mktemp("own"), max_upload_mb=1) as app:
        yield app


@pytest.fixture
def desk(centre: App) -> Iterator[TestClient]:
    """A client of `centre`."""
    with TestClient(create_app(centre), base_url=BASE, raise_server_exceptions=False) as client:
        yield client
