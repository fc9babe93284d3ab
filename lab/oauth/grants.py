"""Applications, codes that are good once, and tokens: who was let in, for which account, and until when."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from lab.accounts import Account, Accounts
from lab.clock import Clock
from lab.ledger import Database

CODE_LIFE = 60.0


class Denied(Exception):
    """A token call is refused; the word is RFC 6749's, and each network says it in its own way."""


@dataclass
class Code:
    """What a person brings back: for one application, one address and one challenge, and only once."""

    client: str
    redirect: str
    challenge: str
    network: str
    accounts: list[str]
    scope: str
    ends: float
    used: bool = False


@dataclass
class Grant:
    token: str
    network: str
    accounts: list[str]  # ids; a person's token at Facebook stands for several pages
    client: str
    scope: str = ""
    refresh: str = ""
    ends: float = 0.0  # 0: it does not end
    revoked: bool = False
    person: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


class Grants:
    def __init__(self, book: Database, accounts: Accounts, clock: Clock) -> None:
        self._book, self._accounts, self._clock = book, accounts, clock
        self._codes: dict[str, Code] = {}
        self._apps = {row["id"]: json.loads(row["fields"]) for row in book.rows("SELECT * FROM apps")}
        self._all = {row["token"]: Grant(**json.loads(row["fields"])) for row in book.rows("SELECT * FROM grants")}
        accounts.granted = self.accounts_of

    def register(self, fields: dict[str, Any]) -> None:
        """Know an application: its id, its secret, and the addresses that people may be sent back to."""
        self._apps[fields["id"]] = fields
        self._book.insert("apps", {"id": fields["id"], "fields": json.dumps(fields)}, replace=True)

    def app(self, id: str) -> dict[str, Any] | None:
        return self._apps.get(id)

    def code(self, code: Code) -> str:
        name = f"codigo-{secrets.token_urlsafe(24)}"
        self._codes[name] = replace(code, ends=self._clock.now() + CODE_LIFE)
        return name

    def known(self, client: str, secret: str) -> str:
        """The application's id, if the secret is its own."""
        app = self._apps.get(client)
        if app is None or not secrets.compare_digest(str(app["secret"]), secret):
            raise Denied("invalid_client")
        return client

    def redeem(self, name: str, *, client: str, redirect: str, verifier: str, person: bool = False) -> Code:
        """Take a code, once; a second use is refused, and so is any other application, address or verifier."""
        code = self._codes.get(name)
        if code is None or code.used or code.ends < self._clock.now():
            raise Denied("invalid_grant")
        code.used = True
        if code.client != client or code.redirect != redirect:
            raise Denied("invalid_grant")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not person and (not code.challenge or digest != code.challenge):
            raise Denied("invalid_grant")
        return code

    def give(self, code: Code | Grant, *, life: float = 0.0, refreshes: bool = False, person: bool = False) -> Grant:
        """A new token for what a code, or an earlier token, stands for."""
        grant = Grant(
            f"lab-{code.network}-{secrets.token_urlsafe(24)}", code.network, list(code.accounts), code.client,
            code.scope, f"lab-renueva-{secrets.token_urlsafe(24)}" if refreshes else "",
            self._clock.now() + life if life else 0.0, person=person,
        )  # fmt: skip
        return self.save(grant)

    def save(self, grant: Grant) -> Grant:
        self._all[grant.token] = grant
        self._book.insert("grants", {"token": grant.token, "fields": json.dumps(asdict(grant))}, replace=True)
        return grant

    def by_refresh(self, refresh: str, client: str) -> Grant | None:
        """The grant that a refresh token renews, unless it ended, or the person took the account's access back."""
        for grant in self._all.values():
            if refresh and grant.refresh == refresh and grant.client == client and not grant.revoked:
                account = self._accounts.get(grant.network, grant.accounts[0])
                return None if account is None or account.access == "revoked" else grant
        return None

    def renewed(self, grant: Grant, *, life: float, turns: bool) -> Grant:
        """A fresh token; where the refresh token turns, the old one is good no more."""
        grant.revoked = True
        self.save(grant)
        self._let_in(grant)
        fresh = self.give(grant, life=life, refreshes=turns)
        if not turns:
            fresh.refresh = grant.refresh
            self.save(fresh)
        return fresh

    def revoke(self, token: str, client: str) -> None:
        for grant in list(self._all.values()):
            if token and token in (grant.token, grant.refresh) and grant.client == client:
                grant.revoked = True
                self.save(grant)

    def let_in(self, network: str, ids: list[str]) -> None:
        """The person said yes again: what they had taken back before is given anew."""
        for id in ids:
            account = self._accounts.get(network, id)
            if account is not None and account.access != "valid":
                account.access = "valid"
                self._accounts.save(account)

    def _let_in(self, grant: Grant) -> None:
        for id in grant.accounts:
            account = self._accounts.get(grant.network, id)
            if account is not None and account.access == "expired":
                account.access = "valid"
                self._accounts.save(account)

    def person(self, token: str) -> Grant | None:
        """The person's grant of a token at Facebook."""
        grant = self._all.get(token)
        return grant if grant is not None and grant.person and not grant.revoked else None

    def accounts_of(self, token: str) -> list[Account]:
        """The accounts that a token opens, each with the state of this very token."""
        grant = self._all.get(token)
        if grant is None or grant.person:
            return []
        found = [self._accounts.get(grant.network, id) for id in grant.accounts]
        return [self._seen(account, grant) for account in found if account is not None]

    def _seen(self, account: Account, grant: Grant) -> Account:
        state = account.access
        if state == "valid" and grant.revoked:
            state = "revoked"
        elif state == "valid" and grant.ends and grant.ends < self._clock.now():
            state = "expired"
        return replace(account, token=grant.token, access=state)
