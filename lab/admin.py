"""The lab's admin API: the audit log, faults, accounts, limits and the clock.

It needs no password, because the lab listens on loopback only.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from aiohttp import web

from lab.accounts import Account, account_from
from lab.clock import iso_millis, parse_instant
from lab.faults import VERDICTS
from lab.state import LabState
from lab.store.database import AuditEntry

MAX_WAIT = 60.0
LIMIT_FIELDS = ("limits", "credits", "spend_cap", "app")
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
        app.router.add_post("/limits/restart", self.reset_limits)
        app.router.add_post("/clock", self.advance)
        app.router.add_post("/notices", self.subscribe)

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "now": iso_millis(self._lab.clock.now())})

    async def ledger(self, request: web.Request) -> web.Response:
        """List what became public and what was withdrawn, oldest first, with counts."""
        query = request.query
        try:
            entries = self._lab.audit_log.search(
                network=query.get("network", ""),
                account=query.get("account", ""),
                text=query.get("text", ""),
                since=parse_instant(query["since"]) if "since" in query else 0.0,
                after=int(query.get("after", 0)),
                kind=query.get("kind", ""),
            )
        except ValueError as cause:
            raise _bad_request(str(cause)) from cause
        origin = str(request.url.origin())
        withdrawn_ids = {(entry.network, entry.id) for entry in entries if entry.event == "withdrawn"}
        published = [self._entry(entry, origin) for entry in entries if entry.event == "published"]
        withdrawn = [self._entry(entry, origin) for entry in entries if entry.event == "withdrawn"]
        for entry in published:
            entry["withdrawn"] = (entry["network"], entry["id"]) in withdrawn_ids
        counts = {
            "published": len(published),
            "withdrawn": len(withdrawn),
            "public_now": len(published) - len(withdrawn),
        }
        return web.json_response({"counts": counts, "posts": published, "withdrawn": withdrawn})

    def _entry(self, entry: AuditEntry, origin: str) -> dict[str, Any]:
        account = self._lab.accounts.get(entry.network, entry.account)
        return {
            "seq": entry.seq,
            "network": entry.network,
            "account": entry.account,
            "handle": account.handle if account else "",
            "id": entry.id,
            "kind": entry.kind,
            "at": iso_millis(entry.at),
            "text": entry.text,
            "media": entry.media,
            "link": entry.link,
            "url": origin + entry.path,
            "under": entry.under,
        }

    async def calls(self, request: web.Request) -> web.Response:
        """List the calls received, oldest first."""
        query = request.query
        calls = self._lab.audit_log.calls(
            network=query.get("network", ""),
            account=query.get("account", ""),
            kind=query.get("kind", ""),
            after=int(query.get("after", 0)),
        )
        return web.json_response({"calls": [dict(row) for row in calls]})

    async def faults(self, request: web.Request) -> web.Response:
        """Return the rules and the held calls.

        With wait_held or wait_fired, respond once that many calls are held or that many faults have happened.
        """
        query = request.query
        held, fired = int(query.get("wait_held", 0)), int(query.get("wait_fired", 0))
        timeout = min(float(query.get("timeout", 10)), MAX_WAIT)
        reached = await self._lab.faults.wait(held=held, fired=fired, timeout=timeout)
        return web.json_response(self._lab.faults.as_dict() | {"reached": reached})

    async def add_faults(self, request: web.Request) -> web.Response:
        fields = await request.json()
        try:
            rules = self._lab.faults.add(fields if isinstance(fields, list) else [fields])
        except (ValueError, TypeError, re.error) as cause:
            raise _bad_request(str(cause)) from cause
        return web.json_response({"rules": [rule.as_dict() for rule in rules]}, status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._lab.faults.clear()
        return web.json_response(self._lab.faults.as_dict())

    async def release(self, request: web.Request) -> web.Response:
        """Release held calls, and respond once the lab has handled them: accepted, refused or cut."""
        fields = await request.json() if request.can_read_body else {}
        verdict = fields.get("verdict", "auto")
        if verdict not in VERDICTS or set(fields) - {"verdict", "id"}:
            raise _bad_request(f"verdict must be one of {', '.join(VERDICTS)}; the only other field is id")
        released = self._lab.faults.release(verdict, fields.get("id"))
        for held in released:
            await asyncio.wait_for(held.finished.wait(), MAX_WAIT)
        return web.json_response({"released": len(released)})

    async def accounts(self, request: web.Request) -> web.Response:
        origin = str(request.url.origin())
        return web.json_response({"accounts": [_account(account, origin) for account in self._lab.accounts.all()]})

    async def add_accounts(self, request: web.Request) -> web.Response:
        """Add or replace accounts."""
        body = await request.json()
        try:
            accounts = [account_from(fields) for fields in (body if isinstance(body, list) else [body])]
        except (ValueError, TypeError, AttributeError) as cause:
            raise _bad_request(str(cause)) from cause
        origin = str(request.url.origin())
        return web.json_response(
            {"accounts": [_account(self._lab.accounts.save(account), origin) for account in accounts]}, status=201
        )

    async def change_token(self, request: web.Request) -> web.Response:
        """Expire, revoke or restore the token of the accounts with this id or this token."""
        id, state = request.match_info["account"], TOKEN_STATES[request.match_info["act"]]
        accounts = [account for account in self._lab.accounts.all() if id in (account.id, account.token)]
        if not accounts:
            raise web.HTTPNotFound(text=f"there is no account {id}")
        for account in accounts:
            account.access = state
            self._lab.accounts.save(account)
        return web.json_response({"accounts": [_account(account, str(request.url.origin())) for account in accounts]})

    async def limits(self, request: web.Request) -> web.Response:
        """List the accounts that have limits or credits, and what their applications have spent."""
        limited = [account for account in self._lab.accounts.all() if {"limits", "credits"} & set(account.extra)]
        entries = [
            {
                "account": account.id,
                "network": account.network,
                "app": account.extra.get("app", account.id),
                "limits": account.extra.get("limits"),
                "credits": account.extra.get("credits"),
                "spent": self._lab.rate_limits.spent(account),
            }
            for account in limited
        ]
        return web.json_response({"accounts": entries})

    async def set_limits(self, request: web.Request) -> web.Response:
        """Set `limits`, `credits`, `spend_cap` or `app` of an account."""
        fields = await request.json()
        account = self._account_of(fields)
        changes = {name: fields[name] for name in LIMIT_FIELDS if name in fields}
        account.extra |= changes
        self._lab.accounts.save(account)
        return web.json_response({"account": account.id, **changes})

    async def reset_limits(self, request: web.Request) -> web.Response:
        """Start new rate-limit windows for an account and its application."""
        self._lab.rate_limits.reset(self._account_of(await request.json()))
        return web.json_response({"restarted": True})

    def _account_of(self, fields: dict[str, Any]) -> Account:
        accounts = [account for account in self._lab.accounts.all() if account.id == fields.get("account")]
        if not accounts or set(fields) - {"account", *LIMIT_FIELDS}:
            raise _bad_request(f"account must exist; the only other fields are {', '.join(LIMIT_FIELDS)}")
        return accounts[0]

    async def advance(self, request: web.Request) -> web.Response:
        """Advance the lab's clock: containers expire, media become ready."""
        fields = await request.json()
        self._lab.clock.advance(float(fields["advance_seconds"]))
        return web.json_response({"now": iso_millis(self._lab.clock.now())})

    async def subscribe(self, request: web.Request) -> web.Response:
        """Set where the notices of an account are sent, and the secret that signs them."""
        fields = await request.json()
        if set(fields) != {"account", "url", "secret"}:
            raise _bad_request("the fields are account, url and secret")
        self._lab.notices.subscribe(fields["account"], fields["url"], fields["secret"])
        return web.json_response({"subscribed": True})


def _account(account: Account, origin: str) -> dict[str, Any]:
    base = "graph" if account.network in ("facebook", "instagram") else account.network
    return {
        **vars(account),
        "base_url": f"{origin}/{base}",
        "page_url": f"{origin}/{account.network}/{account.handle}",
    }


def _bad_request(reason: str) -> web.HTTPException:
    return web.HTTPBadRequest(text=reason)
