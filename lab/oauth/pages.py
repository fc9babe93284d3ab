"""The consent pages, one for each network, where a person says yes or no: nothing is given without them."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from lab.oauth.grants import Code
from lab.pages.view_models import LABELS
from lab.rendering import page
from lab.state import LabState

ADDRESSES = {
    "/x/i/oauth2/authorize": "x",
    "/graph/{version}/dialog/oauth": "facebook",
    "/youtube/o/oauth2/v2/auth": "youtube",
    "/mastodon/oauth/authorize": "mastodon",
}
ASKED = ("client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "response_type")


class ConsentPages:
    def __init__(self, lab: LabState) -> None:
        self._lab = lab

    def add_to(self, app: web.Application) -> None:
        for address, network in ADDRESSES.items():
            app.router.add_get(address, self._asking(network))
            app.router.add_post(address, self._answering(network))
        app.router.add_post("/apps", self.register)

    async def register(self, request: web.Request) -> web.Response:
        """Know an application, as a person registers one at the network's page for developers."""
        fields = await request.json()
        self._lab.grants.register({name: fields[name] for name in ("id", "secret", "redirects", "name")})
        return web.json_response({"id": fields["id"]}, status=201)

    def _asking(self, network: str):  # type: ignore[no-untyped-def]
        async def ask(request: web.Request) -> web.Response:
            asked = {name: request.query.get(name, "") for name in ASKED}
            problem = self._problem(network, asked)
            accounts = [account for account in self._lab.accounts.all() if account.network == network]
            app = self._lab.grants.app(asked["client_id"]) or {"name": ""}
            scopes = asked["scope"].replace(",", " ").split()
            return page(
                "consent.html", status=400 if problem else 200, network=network, label=LABELS[network], app=app,
                accounts=accounts, asked=asked, scopes=scopes, problem=problem, several=network == "facebook",
            )  # fmt: skip

        return ask

    def _answering(self, network: str):  # type: ignore[no-untyped-def]
        async def answer(request: web.Request) -> web.Response:
            form = await request.post()
            asked = {name: str(form.get(name, "")) for name in ASKED}
            if self._problem(network, asked):
                raise web.HTTPBadRequest(text="invalid request")
            chosen = [str(id) for id in form.getall("account", [])]
            if form.get("answer") != "yes" or not chosen:
                raise self._back(asked, error="access_denied")
            self._lab.grants.let_in(network, chosen)
            code = Code(
                asked["client_id"], asked["redirect_uri"], asked["code_challenge"], network, chosen, asked["scope"], 0.0
            )
            raise self._back(asked, code=self._lab.grants.code(code))

        return answer

    def _problem(self, network: str, asked: dict[str, str]) -> str:
        """What is wrong with what the application asks: then nobody is sent anywhere."""
        app = self._lab.grants.app(asked["client_id"])
        if app is None:
            return "Esta aplicación no está registrada aquí."
        if asked["redirect_uri"] not in app["redirects"]:
            return "La dirección de retorno no es una de las registradas, letra por letra."
        if asked["response_type"] != "code" or not asked["state"]:
            return "A la petición le falta algo: response_type=code y state."
        if network != "facebook" and asked["code_challenge_method"] != "S256":
            return "A la petición le falta PKCE con S256."
        return ""

    def _back(self, asked: dict[str, str], **answer: str) -> web.HTTPFound:
        query = urlencode({**answer, "state": asked["state"]})
        return web.HTTPFound(f"{asked['redirect_uri']}?{query}")
