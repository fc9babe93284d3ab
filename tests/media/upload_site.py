"""The product on a socket for tests of uploads, with somebody who makes pieces signed in."""

import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from tusclient.client import TusClient

from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests.conftest import member, register_mincomercio
from tests.databases import as_default_database, fresh_database

PART = 1000  # bytes


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Log nothing: the tests read the answers."""


@dataclass(frozen=True)
class Site:
    """The product on a socket, and the headers of whoever is signed in."""

    address: str
    rosa: Member
    headers: dict[str, str]
    cookies: dict[str, str]

    def client(self) -> TusClient:
        return TusClient(f"{self.address}/subidas/", headers=self.headers)

    def uploader(self, data: bytes, **options: Any) -> Any:
        values = {"file_stream": io.BytesIO(data), "chunk_size": PART, "metadata": {"filename": "foto.jpg"}}
        return self.client().uploader(**values | options)

    def ask(self, method: str, address: str, **headers: str) -> requests.Response:
        return requests.request(method, address, headers=self.headers | headers, timeout=30)


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with fresh_database() as url, django_db_blocker.unblock(), as_default_database(url):
        rosa = member(register_mincomercio(timezone.now()), "rosa", "Rosa Ibáñez", Role.PRODUCER)
        browser = Client()
        browser.force_login(rosa.user)
        browser.get("/piezas/nueva/")
        cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
        server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
        server.set_app(get_wsgi_application())
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        token = cookies.get("csrftoken", "")
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": token,
            "Referer": f"{address}/piezas/nueva/",
        }
        yield Site(address, rosa, headers, cookies)
        server.shutdown()
        server.server_close()
        connections.close_all()
