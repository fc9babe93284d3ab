"""A new network is one folder and one line: a toy one, whose folder and server are made here, passes what all do.

Nothing of the product knows it: after its line in the registry it is prepared, published, asked for, cleaned up and
limited like the rest.
"""

import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pregonero.networks import registry
from pregonero.networks.base import ApiCredentials, AttemptWindow, Permanent, Post, Transient, Unknown, Verdict
from pregonero.networks.registry import connector
from tests.networks.allowed import ALLOWED

FOLDER = {
    "__init__.py": "",
    "capabilities.py": """
from datetime import date
from pregonero.networks.base import Capabilities, Limit, OperationKind, Resolution
from pregonero.networks.post_validation import Kinds

CAPABILITIES = Capabilities(
    name="juguete", label="Juguete", badge="J", operations={OperationKind.POST: Resolution.REPEAT},
    limits={"text": Limit(40, date(2026, 11, 26), "https://juguete.example/docs"),
            "pictures": Limit(0, date(2026, 11, 26), "https://juguete.example/docs")},
)
KINDS = Kinds(pictures={}, videos={})
""",
    "endpoints.py": """
from pregonero.networks.client import Endpoint

ENDPOINTS = (
    Endpoint("POST", "/drafts", "dejar un borrador (invisible)"),
    Endpoint("PUT", "/drafts/{id}", "publicar el borrador: la misma llamada dos veces es una"),
    Endpoint("GET", "/drafts/{id}", "leer si el borrador es público"),
    Endpoint("DELETE", "/drafts/{id}", "retirar el borrador nuestro que no llegó a ser público"),
)
""",
    "errors.py": """
from pregonero.networks.error_mapping import ErrorTable

ERRORS = ErrorTable("Juguete", {}, lambda refusal: (), lambda refusal: None)
""",
    "connector.py": """
from pregonero.networks import post_validation
from pregonero.networks.base import Finding, Published, Verdict
from pregonero.networks.juguete.endpoints import ENDPOINTS
from pregonero.networks.juguete.errors import ERRORS
from pregonero.networks.juguete.capabilities import CAPABILITIES, KINDS
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.client import NetworkClient


class JugueteConnector:
    capabilities = CAPABILITIES

    def check(self, post):
        used = self.measure(post.text)
        text = post_validation.too_long("text", CAPABILITIES, used, limit="text", what="el texto")
        return post_validation.all_of(text, post_validation.media(post, CAPABILITIES, KINDS))

    def measure(self, text):
        return len(text)

    def prepare(self, access, post, prepared, keep):
        if "draft" not in prepared:
            with mapped_errors(ERRORS, public=False):
                made = NetworkClient(access, ENDPOINTS).post(f"{access.address}/drafts", json={"text": post.text}).json()
            prepared["draft"] = made["id"]
            keep(prepared)
        return prepared

    def commit(self, access, post, prepared):
        with mapped_errors(ERRORS, public=True):
            NetworkClient(access, ENDPOINTS).request("PUT", f"{access.address}/drafts/{prepared['draft']}", json={"public": True})
        return self._published(access, prepared)

    def resolve(self, access, post, prepared, attempt):
        with mapped_errors(ERRORS, public=False):
            found = NetworkClient(access, ENDPOINTS).get(f"{access.address}/drafts/{prepared['draft']}").json()
        published = self._published(access, prepared) if found["public"] else None
        return Finding(Verdict.PUBLISHED if published else Verdict.NOT_TAKEN, published=published)

    def discard(self, access, prepared):
        if "draft" not in prepared or self.resolve(access, None, prepared, None).published:
            return []
        with mapped_errors(ERRORS, public=False):
            NetworkClient(access, ENDPOINTS).request("DELETE", f"{access.address}/drafts/{prepared.pop('draft')}")
        return ["draft"]

    def _published(self, access, prepared):
        return Published(prepared["draft"], f"{access.address}/p/{prepared['draft']}")


CONNECTOR = JugueteConnector()
""",
}


class Toy:
    """The network itself: drafts, and how the next call fails."""

    def __init__(self) -> None:
        self.drafts: dict[str, dict[str, Any]] = {}
        self.made = 0
        self.status = 0  # what the next call is answered with instead
        self.cut = False  # the next call is taken, and its answer lost
        toy = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                toy.answer(self)

            do_GET = do_POST = do_PUT = do_DELETE = _answer

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.access = ApiCredentials("1", "casa", f"http://127.0.0.1:{self.server.server_port}", "secreto", seconds=30)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        status, self.status, cut, self.cut = self.status, 0, self.cut, False
        said = {} if status else self.do(call.command, call.path, json.loads(body or b"{}"))
        if cut:
            call.close_connection = True
            return
        content = json.dumps(said).encode()
        call.send_response(status or 200)
        call.send_header("Content-Length", str(len(content)))
        call.end_headers()
        call.wfile.write(content)

    def do(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        id = path.rpartition("/")[2]
        if method == "POST":
            self.made += 1
            self.drafts[str(self.made)] = {"id": str(self.made), "public": False, **body}
            return self.drafts[str(self.made)]
        if method == "DELETE":
            return self.drafts.pop(id)
        if method == "PUT":
            self.drafts[id] |= body
        return self.drafts[id]

    def public(self) -> list[str]:
        return [draft["text"] for draft in self.drafts.values() if draft["public"]]


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toy]:
    """Make the folder beside the others', and write the line; take both away again."""
    import pregonero.networks

    folder = tmp_path / "juguete"
    folder.mkdir()
    for name, text in FOLDER.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(pregonero.networks, "__path__", [*pregonero.networks.__path__, str(tmp_path)])
    monkeypatch.setitem(registry.MODULES, "juguete", "pregonero.networks.juguete.connector")  # the line
    monkeypatch.setitem(
        ALLOWED, "juguete", ("POST /drafts", "PUT /drafts/{id}", "GET /drafts/{id}", "DELETE /drafts/{id}")
    )
    running = Toy()
    yield running
    running.server.shutdown()
    running.server.server_close()
    running.thread.join(60)
    registry.connector.cache_clear()
    for name in [name for name in sys.modules if name.startswith("pregonero.networks.juguete")]:
        del sys.modules[name]


def _window() -> AttemptWindow:
    return AttemptWindow(datetime.now(UTC), datetime.now(UTC), checks_made=9)


def test_a_new_network_is_a_folder_and_a_line(toy: Toy) -> None:
    post, kept = Post("Más crédito para quien exporta"), []  # type: tuple[Post, list[dict[str, Any]]]
    juguete = connector("juguete")

    prepared = juguete.prepare(toy.access, post, {}, lambda known: kept.append(dict(known)))
    assert (toy.public(), kept[-1]) == ([], prepared)
    assert juguete.prepare(toy.access, post, dict(prepared), kept.append) == prepared
    first = juguete.commit(toy.access, post, prepared)
    again = juguete.commit(toy.access, post, prepared)

    assert first == again
    assert (toy.public(), toy.made) == ([post.text], 1)
    assert juguete.discard(toy.access, prepared) == []


def test_a_commit_that_was_cut_is_found_and_stays_one(toy: Toy) -> None:
    post, juguete = Post("Cortada"), connector("juguete")
    prepared = juguete.prepare(toy.access, post, {}, lambda _: None)
    assert juguete.resolve(toy.access, post, prepared, _window()).verdict == Verdict.NOT_TAKEN
    toy.cut = True

    with pytest.raises(Unknown):
        juguete.commit(toy.access, post, prepared)

    assert juguete.resolve(toy.access, post, prepared, _window()).verdict == Verdict.PUBLISHED
    assert toy.public() == [post.text]


@pytest.mark.parametrize(
    ("status", "public", "meaning"),
    [(500, True, Unknown), (500, False, Transient), (429, True, Transient), (422, True, Permanent)],
)
def test_what_its_table_does_not_name_is_judged_by_its_status(
    toy: Toy, status: int, public: bool, meaning: type[Exception]
) -> None:
    post, juguete = Post("No"), connector("juguete")
    prepared = juguete.prepare(toy.access, post, {}, lambda _: None) if public else {}
    toy.status = status

    with pytest.raises(meaning):
        if public:
            juguete.commit(toy.access, post, prepared)
        else:
            juguete.prepare(toy.access, post, prepared, lambda _: None)

    assert toy.public() == []


def test_its_limits_are_said_as_every_networks_are(toy: Toy) -> None:
    (issue,) = connector("juguete").check(Post("a" * 42))

    assert issue.text == "Sobran 2 caracteres: Juguete admite 40 y el texto cuenta 42."


def test_what_was_prepared_is_taken_back(toy: Toy) -> None:
    juguete = connector("juguete")
    prepared = juguete.prepare(toy.access, Post("Nunca"), {}, lambda _: None)

    assert juguete.discard(toy.access, prepared) == ["draft"]
    assert juguete.discard(toy.access, prepared) == []
    assert toy.drafts == {}
