"""The laboratory's own doors: the judge, the faults, the accounts, the clock. No password: it listens on loopback."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from lab.accounts import Account, account_from
from lab.clock import iso_millis, parse_instant
from lab.ledger import Publication
from lab.state import LabState

MAX_WAIT = 60.0
LIMITING = ("limits", "credits", "spend_cap", "app")
VERDICTS = ("auto", "process", "cut")
TOKEN_STATES = {"expire": "expired", "revoke": "revoked", "restore": "valid"}


class Admin:
    def __init__(self, lab: LabState) -> None:
        self._lab = lab

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/healthz", self.health)
        app.router.add_get("/ledger.json", self.ledger)
        app.router.add_get("/calls.json", self.calls)
        app.router.add_get("/faults", self.faults)
        app.router.add_post("/faults", self.add_faults)
        app.router.add_delete("/faults", self.clear_faults)
        app.router.add_post("/faults/release", self.release)
        app.router.add_get("/accounts.json", self.accounts)
        app.router.add_post("/accounts", self.add_accounts)
        app.router.add_post("/tokens/{account}/{act:expire|revoke|restore}", self.change_token)
        app.router.add_get("/limits", self.limits)
        app.router.add_post("/limits", self.set_limits)
        app.router.add_post("/limits/restart", self.restart_limits)
        app.router.add_post("/clock", self.advance)

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "now": iso_millis(self._lab.clock.now())})

    async def ledger(self, request: web.Request) -> web.Response:
        """Everything that became public, in order; what was withdrawn apart, with counts."""
        query = request.query
        try:
            found = self._lab.publications.search(
                network=query.get("network", ""), account=query.get("account", ""), text=query.get("text", ""),
                since=parse_instant(query["since"]) if "since" in query else 0.0, after=int(query.get("after", 0)),
                kind=query.get("kind", ""),
            )  # fmt: skip
        except ValueError as cause:
            raise _bad(str(cause)) from cause
        origin = str(request.url.origin())
        gone = {(entry.network, entry.id) for entry in found if entry.event == "withdrawn"}
        published = [self._shown(entry, origin) for entry in found if entry.event == "published"]
        withdrawn = [self._shown(entry, origin) for entry in found if entry.event == "withdrawn"]
        for entry in published:
            entry["withdrawn"] = (entry["network"], entry["id"]) in gone
        counts = {"published": len(published), "withdrawn": len(withdrawn), "public_now": len(published) - len(gone)}
        return web.json_response({"counts": counts, "posts": published, "withdrawn": withdrawn})

    def _shown(self, entry: Publication, origin: str) -> dict[str, Any]:
        account = self._lab.accounts.get(entry.network, entry.account)
        return {
            "seq": entry.seq, "network": entry.network, "account": entry.account,
            "handle": account.handle if account else "", "id": entry.id, "kind": entry.kind, "at": iso_millis(entry.at),
            "text": entry.text, "media": entry.media, "link": entry.link, "url": origin + entry.place,
            "under": entry.under,
        }  # fmt: skip

    async def calls(self, request: web.Request) -> web.Response:
        query = request.query
        found = self._lab.publications.calls(
            network=query.get("network", ""), account=query.get("account", ""), kind=query.get("kind", ""),
            after=int(query.get("after", 0)),
        )  # fmt: skip
        return web.json_response({"calls": [dict(row) for row in found]})

    async def faults(self, request: web.Request) -> web.Response:
        """The state of the faults; with wait_held or wait_fired, as soon as so many are held or have happened."""
        query = request.query
        held, fired = int(query.get("wait_held", 0)), int(query.get("wait_fired", 0))
        timeout = min(float(query.get("timeout", 10)), MAX_WAIT)
        reached = await self._lab.faults.wait(held=held, fired=fired, timeout=timeout)
        return web.json_response(self._lab.faults.public() | {"reached": reached})

    async def add_faults(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        try:
            rules = self._lab.faults.add(wanted if isinstance(wanted, list) else [wanted])
        except (ValueError, TypeError, re.error) as cause:
            raise _bad(str(cause)) from cause
        return web.json_response({"rules": [rule.public() for rule in rules]}, status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._lab.faults.clear()
        return web.json_response(self._lab.faults.public())

    async def release(self, request: web.Request) -> web.Response:
        wanted = await request.json() if request.can_read_body else {}
        verdict = wanted.get("verdict", "auto")
        if verdict not in VERDICTS or set(wanted) - {"verdict", "id"}:
            raise _bad(f"verdict must be one of {', '.join(VERDICTS)}; only verdict and id are understood")
        return web.json_response({"released": self._lab.faults.release(verdict, wanted.get("id"))})

    async def accounts(self, request: web.Request) -> web.Response:
        origin = str(request.url.origin())
        return web.json_response({"accounts": [_account(found, origin) for found in self._lab.accounts.all()]})

    async def add_accounts(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        try:
            made = [account_from(fields) for fields in (wanted if isinstance(wanted, list) else [wanted])]
        except (ValueError, TypeError, AttributeError) as cause:
            raise _bad(str(cause)) from cause
        origin = str(request.url.origin())
        return web.json_response(
            {"accounts": [_account(self._lab.accounts.save(account), origin) for account in made]}, status=201
        )

    async def change_token(self, request: web.Request) -> web.Response:
        """Expire, revoke or restore the token of the account with that id, on every network where it has one."""
        id, state = request.match_info["account"], TOKEN_STATES[request.match_info["act"]]
        found = [account for account in self._lab.accounts.all() if id in (account.id, account.token)]
        if not found:
            raise web.HTTPNotFound(text=f"no account {id}")
        for account in found:
            account.access = state
            self._lab.accounts.save(account)
        return web.json_response({"accounts": [_account(account, str(request.url.origin())) for account in found]})

    async def limits(self, request: web.Request) -> web.Response:
        """What binds each account, and what its application has spent."""
        bound = [account for account in self._lab.accounts.all() if {"limits", "credits"} & set(account.extra)]
        shown = [
            {"account": account.id, "network": account.network, "app": account.extra.get("app", account.id),
             "limits": account.extra.get("limits"), "credits": account.extra.get("credits"),
             "spent": self._lab.rate_limits.spent(account)}
            for account in bound
        ]  # fmt: skip
        return web.json_response({"accounts": shown})

    async def set_limits(self, request: web.Request) -> web.Response:
        """Set what binds an account: `limits`, `credits`, `spend_cap` and the `app` that serves it."""
        wanted = await request.json()
        account = self._wanted_account(wanted)
        about = {name: wanted[name] for name in LIMITING if name in wanted}
        account.extra |= about
        self._lab.accounts.save(account)
        return web.json_response({"account": account.id, **about})

    async def restart_limits(self, request: web.Request) -> web.Response:
        """Begin the account's windows afresh, and its application's."""
        self._lab.rate_limits.restart(self._wanted_account(await request.json()))
        return web.json_response({"restarted": True})

    def _wanted_account(self, wanted: dict[str, Any]) -> Account:
        found = [account for account in self._lab.accounts.all() if account.id == wanted.get("account")]
        if not found or set(wanted) - {"account", *LIMITING}:
            raise _bad(f"account must be known; besides it only {', '.join(LIMITING)}")
        return found[0]

    async def advance(self, request: web.Request) -> web.Response:
        """Wind the laboratory's clock forward: containers expire, media become ready."""
        wanted = await request.json()
        self._lab.clock.advance(float(wanted["advance_seconds"]))
        return web.json_response({"now": iso_millis(self._lab.clock.now())})


def _account(account: Account, origin: str) -> dict[str, Any]:
    base = "graph" if account.network in ("facebook", "instagram") else account.network
    return {
        **vars(account),
        "base_url": f"{origin}/{base}",
        "page_url": f"{origin}/{account.network}/{account.handle}",
    }


def _bad(reason: str) -> web.HTTPException:
    return web.HTTPBadRequest(text=reason)
