"""A toy network: the files that the guide `docs/networks/nueva-red.md` asks for, step by step, and a server of it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

NAME = "juguete"
REGISTRY = "registry.py"
# What each step of the guide makes, in its order: the last one is the line in the registry.
STEPS = {
    "network.py": """
from datetime import date

from pregonero.networks.oauth import OAuthConfig, Scope
from pregonero.networks.base import Capabilities, Limit, OperationKind, Permanent, Resolution
from pregonero.networks.client import Endpoint
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable
from pregonero.networks.post_validation import Kinds
from pregonero.networks.rate_limits.policy import (
    CallCost, LimitHeaders, LimitScope, PostClass, QuotaRule, RateLimitPolicy, SuspensionRule, Unit, Window
)

READ_ON, DOCS = date(2026, 11, 26), "https://juguete.example/docs"

CAPABILITIES = Capabilities(
    name="juguete",
    label="Juguete",
    badge="J",
    operations={
        OperationKind.POST: Resolution.REPEAT,
        OperationKind.REPLY: Resolution.REPEAT,
        OperationKind.WITHDRAW: Resolution.REPEAT,
    },
    limits={
        "text": Limit(400, READ_ON, DOCS),
        "pictures": Limit(2, READ_ON, DOCS),
        "picture_max_width": Limit(800, READ_ON, DOCS),
        "picture_bytes": Limit(200_000, READ_ON, DOCS),
        "videos": Limit(0, READ_ON, DOCS),
    },
    takes_video=False,
    takes_replies=True,
)
KINDS = Kinds(pictures={"image/jpeg": "JPG"}, videos={})
ENDPOINTS = (
    Endpoint("POST", "/drafts", "dejar un borrador (invisible)"),
    Endpoint("PUT", "/drafts/{id}", "publicar el borrador: la misma llamada dos veces es una"),
    Endpoint("GET", "/drafts/{id}", "leer si lo nuestro es público"),
    Endpoint("DELETE", "/drafts/{id}", "retirar lo nuestro: un borrador, o una publicación de la cuenta"),
    Endpoint("GET", "/me", "saber qué cuenta abre la autorización"),
    Endpoint("POST", "/token", "cambiar el código por una autorización"),
    Endpoint("POST", "/revoke", "devolver una autorización"),
)
ERRORS = ErrorTable(
    "Juguete",
    {"repeated": ErrorMeaning(Permanent, "Juguete ya tiene este texto.")},
    lambda refusal: (str((refusal.body or {}).get("error")),),
    lambda refusal: None,
)
AUTH = OAuthConfig(
    label="Juguete",
    consent_path="/consent",
    token_path="/token",
    revoke_path="/revoke",
    scopes=(Scope("write", "publicar"),),
    endpoints=ENDPOINTS,
    ended_codes=frozenset({"invalid_grant"}),
    read_on=READ_ON,
    source=DOCS,
)
RATE_LIMITS = RateLimitPolicy(
    quotas=(
        QuotaRule("posts", "Publicaciones", LimitScope.ACCOUNT, Unit.POSTS, Window(3600), Limit(60, READ_ON, DOCS)),
        QuotaRule("calls", "Llamadas", LimitScope.ACCOUNT, Unit.CALLS, Window(3600), Limit(900, READ_ON, DOCS)),
    ),
    post_costs={PostClass.POST: {"posts": 1}},
    call_costs={"POST /drafts": CallCost("draft", "Borradores", {"calls": 1})},
    headers=(
        LimitHeaders("posts", "x-posts-limit", "x-posts-left", "x-posts-reset", frozenset({"PUT /drafts/{id}"})),
    ),
    suspensions={"429": SuspensionRule(LimitScope.ACCOUNT)},
)
""",
    "connector.py": """
from pregonero.networks import post_validation
from pregonero.networks.base import Finding, Identity, Published, Verdict, not_ours
from pregonero.networks.client import HttpError, NetworkClient
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.juguete.network import CAPABILITIES, ENDPOINTS, ERRORS, KINDS


class JugueteConnector:
    capabilities = CAPABILITIES

    def check(self, post):
        length = self.measure(post.text)
        text = post_validation.length_issues("text", CAPABILITIES, length, limit="text")
        return [*text, *post_validation.media_issues(post, CAPABILITIES, KINDS)]

    def measure(self, text):
        return len(text)

    def prepares_locally(self, post, prepared):
        return False

    def prepare(self, credentials, post, prepared, save):
        if "draft" not in prepared:
            draft = {"text": post.text, "reply_to": post.reply_to}
            with mapped_errors(ERRORS, public=False):
                created = NetworkClient(credentials, ENDPOINTS).post(f"{credentials.address}/drafts", json=draft).json()
            prepared["draft"] = created["id"]
            save(prepared)
        return prepared

    def commit(self, credentials, post, prepared):
        address = f"{credentials.address}/drafts/{prepared['draft']}"
        with mapped_errors(ERRORS, public=True):
            NetworkClient(credentials, ENDPOINTS).request("PUT", address, json={"public": True})
        return _published(credentials, prepared["draft"])

    def resolve(self, credentials, post, prepared, attempt):
        with mapped_errors(ERRORS, public=False):
            draft = read_draft(credentials, prepared["draft"])
        published = _published(credentials, prepared["draft"]) if draft and draft["public"] else None
        return Finding(Verdict.PUBLISHED if published else Verdict.NOT_TAKEN, published=published)

    def supersede(self, credentials, post, prepared, attempt):
        self.discard(credentials, prepared)
        return self.resolve(credentials, post, prepared, attempt)

    def withdraw(self, credentials, remote_id):
        with mapped_errors(ERRORS, public=False):
            draft = read_draft(credentials, remote_id)
            if draft is None:
                return
            if draft["account"] != credentials.remote_id:
                raise not_ours(CAPABILITIES.label)
            NetworkClient(credentials, ENDPOINTS).delete(f"{credentials.address}/drafts/{remote_id}")

    def probe(self, credentials):
        with mapped_errors(ERRORS, public=False):
            me = NetworkClient(credentials, ENDPOINTS).get(f"{credentials.address}/me").json()
        return Identity(me["id"], me["handle"])

    def discard(self, credentials, prepared):
        if "draft" not in prepared or self.resolve(credentials, None, prepared, None).published:
            return []
        self.withdraw(credentials, prepared["draft"])
        return [prepared.pop("draft")]


def read_draft(credentials, id):
    try:
        return NetworkClient(credentials, ENDPOINTS).get(f"{credentials.address}/drafts/{id}").json()
    except HttpError as refusal:
        if refusal.status != 404:
            raise
        return None


def _published(credentials, id):
    return Published(id, f"{credentials.address}/p/{id}")
""",
    "manual.py": """
import re
from datetime import date

from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.juguete.connector import read_draft
from pregonero.networks.juguete.network import ERRORS
from pregonero.networks.manual_posting import Intent, RemotePost, is_hosted_at


class JugueteManual:
    intent = Intent(
        address="{site}/new?text={text}",
        profile="{site}/@{handle}",
        fills=True,
        steps="Entra con la cuenta de la entidad, revisa el texto y publica.",
        read_on=date(2026, 11, 26),
        source="https://juguete.example/docs",
    )

    def site(self, credentials):
        return credentials.address

    def post_id(self, credentials, address):
        match = re.search(r"/p/(\\d+)$", address)
        return match[1] if match and is_hosted_at(address, credentials) else ""

    def read(self, credentials, id, text):
        with mapped_errors(ERRORS, public=False):
            draft = read_draft(credentials, id)
        if draft is None or not draft["public"] or draft["account"] != credentials.remote_id:
            return None
        return RemotePost(id, f"{credentials.address}/p/{id}", draft["text"], is_same=draft["text"] == text)
""",
    "__init__.py": """
from pregonero.networks.juguete.connector import JugueteConnector
from pregonero.networks.juguete.manual import JugueteManual
from pregonero.networks.juguete.network import AUTH, ENDPOINTS, ERRORS, KINDS, RATE_LIMITS
from pregonero.networks.registry import Network

NETWORK = Network(
    connector=JugueteConnector(),
    manual=JugueteManual(),
    auth=AUTH,
    kinds=KINDS,
    endpoints=ENDPOINTS,
    errors=ERRORS,
    rate_limits=RATE_LIMITS,
    api_address="https://juguete.example",
)
""",
    REGISTRY: NAME,
}
ALLOWED_CALLS = (
    "POST /drafts", "PUT /drafts/{id}", "GET /drafts/{id}", "DELETE /drafts/{id}", "GET /me", "POST /token",
    "POST /revoke",
)  # fmt: skip
ACCOUNTS = {"secreto": ("1", "casa"), "de-otra": ("2", "otra")}  # by token


class ToyServer:
    """The network's server: accounts, drafts that become public, and faults of the next call."""

    def __init__(self) -> None:
        self.drafts: dict[str, dict[str, Any]] = {}
        self.created = 0
        self.next_status = 0  # the next call is refused with this status
        self.cuts_next_answer = False  # the next call takes effect, and its answer is lost
        server = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                server.answer(self)

            do_GET = do_POST = do_PUT = do_DELETE = _answer

            def log_message(self, format: str, *args: Any) -> None:
                """Write no log."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(60)

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        is_form = "urlencoded" in call.headers.get("Content-Type", "")
        fields = {name: values[0] for name, values in parse_qs(body.decode()).items()} if is_form else None
        fields = json.loads(body or b"{}") if fields is None else fields
        status, self.next_status, is_cut, self.cuts_next_answer = self.next_status, 0, self.cuts_next_answer, False
        account = ACCOUNTS.get(call.headers.get("Authorization", "").removeprefix("Bearer "), ("", ""))
        content = {} if status else self.act(call.command, urlsplit(call.path).path, fields, account)
        if is_cut:
            call.close_connection = True
            return
        self._send(call, status or (404 if content is None else 200), json.dumps(content).encode())

    def _send(self, call: BaseHTTPRequestHandler, status: int, content: bytes) -> None:
        call.send_response(status)
        call.send_header("Content-Length", str(len(content)))
        if call.command == "PUT":
            left = 60 - len(self.public_texts())
            for name, value in (("limit", 60), ("left", left), ("reset", 4_000_000_000)):
                call.send_header(f"x-posts-{name}", str(value))
        call.end_headers()
        call.wfile.write(content)

    def act(self, method: str, path: str, fields: dict[str, Any], account: tuple[str, str]) -> dict[str, Any] | None:
        """Do what a call asks, and return the JSON of its answer; None when there is no such draft."""
        fixed = {
            "/me": {"id": account[0], "handle": account[1]},
            "/token": {"access_token": "secreto", "refresh_token": "renueva", "expires_in": 3600, "scope": "write"},
            "/revoke": {},
        }
        if path in fixed:
            return fixed[path]
        if method == "POST":
            self.created += 1
            draft = {"id": str(self.created), "account": account[0], "public": False, **fields}
            self.drafts[draft["id"]] = draft
            return draft
        id = path.rpartition("/")[2]
        if id not in self.drafts:
            return None
        if method == "DELETE":
            return self.drafts.pop(id)
        self.drafts[id] |= fields
        return self.drafts[id]

    def public_texts(self) -> list[str]:
        return [draft["text"] for draft in self.drafts.values() if draft["public"]]
