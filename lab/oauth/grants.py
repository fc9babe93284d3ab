"""OAuth applications, single-use authorization codes, and the access tokens issued for them."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from lab.accounts import Account, Accounts
from lab.clock import Clock
from lab.store.database import Database

CODE_LIFE = 60.0  # seconds


class OAuthError(Exception):
    """A token request is refused; the message is an error code of RFC 6749, which each network words in its own way."""


@dataclass
class Code:
    """An authorization code, valid once for one application, redirect address and PKCE challenge."""

    client: str
    redirect: str
    challenge: str
    network: str
    accounts: list[str]
    scope: str
    expires_at: float = 0.0  # set when the code is issued
    used: bool = False


@dataclass
class Grant:
    """An access token, the accounts that it gives access to, and its refresh token."""

    token: str
    network: str
    accounts: list[str]  # ids; a Facebook user's token covers several pages
    client: str
    scope: str = ""
    refresh_token: str = ""
    expires_at: float = 0.0  # 0: the token does not expire
    revoked: bool = False
    is_user: bool = False  # a Facebook user's token, which is not a page's
    extra: dict[str, Any] = field(default_factory=dict)


class Grants:
    def __init__(self, database: Database, accounts: Accounts, clock: Clock) -> None:
        self._database, self._accounts, self._clock = database, accounts, clock
        self._codes: dict[str, Code] = {}
        self._apps = {row["id"]: json.loads(row["fields"]) for row in database.rows("SELECT * FROM apps")}
        self._all = {row["token"]: Grant(**json.loads(row["fields"])) for row in database.rows("SELECT * FROM grants")}
        accounts.granted = self.accounts_of

    def register(self, fields: dict[str, Any]) -> None:
        """Store an application: its id, its secret and its redirect addresses."""
        self._apps[fields["id"]] = fields
        self._database.insert("apps", {"id": fields["id"], "fields": json.dumps(fields)}, replace=True)

    def get_app(self, id: str) -> dict[str, Any] | None:
        return self._apps.get(id)

    def issue_code(self, code: Code) -> str:
        """Store a code that expires after CODE_LIFE seconds, and return its text."""
        name = f"codigo-{secrets.token_urlsafe(24)}"
        self._codes[name] = replace(code, expires_at=self._clock.now() + CODE_LIFE)
        return name

    def verify_client(self, client: str, secret: str) -> str:
        """Return the application's id. Raises OAuthError when the id is unknown or the secret is wrong."""
        app = self._apps.get(client)
        if app is None or not secrets.compare_digest(str(app["secret"]), secret):
            raise OAuthError("invalid_client")
        return client

    def redeem(self, name: str, *, client: str, redirect: str, verifier: str, is_user: bool = False) -> Code:
        """Mark a code as used and return it; `is_user` is Facebook's login, which has no PKCE.

        Raises OAuthError for a used or expired code, another application or address, or a wrong PKCE verifier.
        """
        code = self._codes.get(name)
        if code is None or code.used or code.expires_at < self._clock.now():
            raise OAuthError("invalid_grant")
        code.used = True
        if code.client != client or code.redirect != redirect:
            raise OAuthError("invalid_grant")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not is_user and (not code.challenge or digest != code.challenge):
            raise OAuthError("invalid_grant")
        return code

    def issue(
        self, source: Code | Grant, *, life: float = 0.0, has_refresh_token: bool = False, is_user: bool = False
    ) -> Grant:
        """Issue a token for the accounts and the scope of a code or of an earlier token; `life` is in seconds."""
        grant = Grant(
            f"lab-{source.network}-{secrets.token_urlsafe(24)}",
            source.network,
            list(source.accounts),
            source.client,
            source.scope,
            f"lab-renueva-{secrets.token_urlsafe(24)}" if has_refresh_token else "",
            self._clock.now() + life if life else 0.0,
            is_user=is_user,
        )
        return self.save(grant)

    def save(self, grant: Grant) -> Grant:
        self._all[grant.token] = grant
        self._database.insert("grants", {"token": grant.token, "fields": json.dumps(asdict(grant))}, replace=True)
        return grant

    def has_scope(self, token: str, account: Account, scope: str) -> bool:
        """Return whether a token may do what a scope allows.

        A token that was not granted on the consent page has every scope, unless the account's `scopes` limit it.
        """
        grant = self._all.get(token)
        if grant is not None:
            return scope in grant.scope.replace(",", " ").split()
        return scope in account.extra.get("scopes", [scope])

    def get_by_refresh_token(self, refresh_token: str, client: str) -> Grant | None:
        """Return the grant of a refresh token; None if it is revoked or the account's access was revoked."""
        for grant in self._all.values():
            if refresh_token and grant.refresh_token == refresh_token and grant.client == client and not grant.revoked:
                account = self._accounts.get(grant.network, grant.accounts[0])
                return None if account is None or account.access == "revoked" else grant
        return None

    def refresh(self, grant: Grant, *, life: float, rotates: bool) -> Grant:
        """Issue a new access token and revoke the old one; with `rotates`, the refresh token is replaced too."""
        grant.revoked = True
        self.save(grant)
        self._restore_expired(grant)
        fresh = self.issue(grant, life=life, has_refresh_token=rotates)
        if not rotates:
            fresh.refresh_token = grant.refresh_token
            self.save(fresh)
        return fresh

    def revoke(self, token: str, client: str) -> None:
        """Revoke the grants of an application that have this access token or refresh token."""
        for grant in list(self._all.values()):
            if token and token in (grant.token, grant.refresh_token) and grant.client == client:
                grant.revoked = True
                self.save(grant)

    def restore_access(self, network: str, ids: list[str]) -> None:
        """Make the access of accounts valid again, after a person consents once more."""
        for id in ids:
            account = self._accounts.get(network, id)
            if account is not None and account.access != "valid":
                account.access = "valid"
                self._accounts.save(account)

    def _restore_expired(self, grant: Grant) -> None:
        for id in grant.accounts:
            account = self._accounts.get(grant.network, id)
            if account is not None and account.access == "expired":
                account.access = "valid"
                self._accounts.save(account)

    def get_user_grant(self, token: str) -> Grant | None:
        """Return the grant of a Facebook user's token, or None when it is another token or revoked."""
        grant = self._all.get(token)
        return grant if grant is not None and grant.is_user and not grant.revoked else None

    def accounts_of(self, token: str) -> list[Account]:
        """Return the accounts that a token gives access to, with the state of this token as their access."""
        grant = self._all.get(token)
        if grant is None or grant.is_user:
            return []
        accounts = [self._accounts.get(grant.network, id) for id in grant.accounts]
        return [self._with_state(account, grant) for account in accounts if account is not None]

    def _with_state(self, account: Account, grant: Grant) -> Account:
        state = account.access
        if state == "valid" and grant.revoked:
            state = "revoked"
        elif state == "valid" and grant.expires_at and grant.expires_at < self._clock.now():
            state = "expired"
        return replace(account, token=grant.token, access=state)
