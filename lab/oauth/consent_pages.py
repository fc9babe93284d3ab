"""The consent page of each network, where a person accepts or denies an application's access."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from lab.oauth.grants import Code
from lab.people import LABELS
from lab.state import LabState
from lab.template_renderer import render_page

PATHS = {
    "/x/i/oauth2/authorize": "x",
    "/graph/{version}/dialog/oauth": "facebook",
    "/youtube/o/oauth2/v2/auth": "youtube",
    "/mastodon/oauth/authorize": "mastodon",
}
PARAMETERS = ("client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "response_type")


class ConsentPages:
    def __init__(self, lab: LabState) -> None:
        self._lab = lab

    def add_to(self, app: web.Application) -> None:
        for path, network in PATHS.items():
            app.router.add_get(path, self._show_page(network))
            app.router.add_post(path, self._accept_answer(network))
        app.router.add_post("/apps", self.register)

    async def register(self, request: web.Request) -> web.Response:
        """Register an application, as a person does on the network's page for developers."""
        fields = await request.json()
        self._lab.grants.register({name: fields[name] for name in ("id", "secret", "redirects", "name")})
        return web.json_response({"id": fields["id"]}, status=201)

    def _show_page(self, network: str):  # type: ignore[no-untyped-def]
        async def show(request: web.Request) -> web.Response:
            parameters = {name: request.query.get(name, "") for name in PARAMETERS}
            problem = self._problem(network, parameters)
            accounts = [account for account in self._lab.accounts.all() if account.network == network]
            app = self._lab.grants.get_app(parameters["client_id"]) or {"name": ""}
            scopes = parameters["scope"].replace(",", " ").split()
            return render_page(
                "consent.html",
                status=400 if problem else 200,
                network=network,
                label=LABELS[network],
                app=app,
                accounts=accounts,
                parameters=parameters,
                scopes=scopes,
                problem=problem,
                several=network == "facebook",
            )

        return show

    def _accept_answer(self, network: str):  # type: ignore[no-untyped-def]
        async def answer(request: web.Request) -> web.Response:
            form = await request.post()
            parameters = {name: str(form.get(name, "")) for name in PARAMETERS}
            if self._problem(network, parameters):
                raise web.HTTPBadRequest(text="invalid request")
            chosen = [str(id) for id in form.getall("account", [])]
            if form.get("answer") != "yes" or not chosen:
                raise self._redirect(parameters, error="access_denied")
            self._lab.grants.restore_access(network, chosen)
            code = Code(
                client=parameters["client_id"],
                redirect=parameters["redirect_uri"],
                challenge=parameters["code_challenge"],
                network=network,
                accounts=chosen,
                scope=parameters["scope"],
            )
            raise self._redirect(parameters, code=self._lab.grants.issue_code(code))

        return answer

    def _problem(self, network: str, parameters: dict[str, str]) -> str:
        """Return what is wrong with the request, or an empty string; with a problem, nobody is redirected."""
        app = self._lab.grants.get_app(parameters["client_id"])
        if app is None:
            return "Esta aplicación no está registrada aquí."
        if parameters["redirect_uri"] not in app["redirects"]:
            return "La dirección de retorno no es una de las registradas, letra por letra."
        if parameters["response_type"] != "code" or not parameters["state"]:
            return "A la petición le falta algo: response_type=code y state."
        if network != "facebook" and parameters["code_challenge_method"] != "S256":
            return "A la petición le falta PKCE con S256."
        return ""

    def _redirect(self, parameters: dict[str, str], **answer: str) -> web.HTTPFound:
        query = urlencode({**answer, "state": parameters["state"]})
        return web.HTTPFound(f"{parameters['redirect_uri']}?{query}")
