"""The accounts on each emulated network and their access tokens. All of them are invented."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.store.database import Database

NETWORKS = ("x", "facebook", "instagram", "youtube", "mastodon")
DEMO_SEED = Path(__file__).with_name("demo.json")


@dataclass
class Account:
    network: str
    id: str
    handle: str
    name: str
    token: str
    access: str = "valid"  # valid | expired | revoked
    extra: dict[str, Any] = field(default_factory=dict)


class Accounts:
    """All accounts: in memory for speed, and in the database for the next start."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._all: dict[tuple[str, str], Account] = {}
        for row in database.rows("SELECT * FROM accounts"):
            fields = dict(row)
            fields["extra"] = json.loads(fields["extra"])
            account = Account(**fields)
            self._all[account.network, account.id] = account
        self._by_token: dict[str, list[Account]] = {}
        # Looks up the tokens that the OAuth endpoints issued; Grants replaces it.
        self.granted: Callable[[str], list[Account]] = lambda _: []
        self._index()

    def _index(self) -> None:
        self._by_token.clear()
        for account in self._all.values():
            self._by_token.setdefault(account.token, []).append(account)

    def save(self, account: Account) -> Account:
        self._all[account.network, account.id] = account
        self._database.execute(
            "INSERT OR REPLACE INTO accounts (network, id, handle, name, token, access, extra) VALUES (?,?,?,?,?,?,?)",
            (
                account.network,
                account.id,
                account.handle,
                account.name,
                account.token,
                account.access,
                json.dumps(account.extra),
            ),
        )
        self._index()
        return account

    def seed(self, path: Path) -> None:
        """Load accounts from a JSON list; an account that exists already is not changed."""
        for fields in json.loads(path.read_text(encoding="utf-8")):
            if (fields["network"], fields["id"]) not in self._all:
                self.save(account_from(fields))

    def all(self) -> list[Account]:
        return sorted(self._all.values(), key=lambda account: (NETWORKS.index(account.network), account.id))

    def get(self, network: str, id: str) -> Account | None:
        return self._all.get((network, id))

    def get_by_handle(self, network: str, handle: str) -> Account | None:
        handle = handle.removeprefix("@").casefold()
        accounts = (account for account in self._all.values() if account.network == network)
        return next((account for account in accounts if account.handle.casefold() == handle), None)

    def get_by_token(self, token: str) -> list[Account]:
        """Return the accounts that a token gives access to: usually one, or several accounts with the same token."""
        return self._by_token.get(token) or self.granted(token)

    def refresh(self, refresh_token: str, network: str) -> Account | None:
        """Give the account of a refresh token a new access token; return None if it has none or access was revoked."""
        for account in self._all.values():
            if account.network == network and refresh_token and account.extra.get("refresh_token") == refresh_token:
                if account.access == "revoked":
                    return None
                account.token, account.access = f"lab-{network}-{secrets.token_hex(12)}", "valid"
                return self.save(account)
        return None


def account_from(fields: dict[str, Any]) -> Account:
    """Read an account from JSON. Raises ValueError with the reason when it is invalid."""
    network = str(fields.get("network", ""))
    if network not in NETWORKS:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}")
    missing = [name for name in ("id", "handle", "token") if not fields.get(name)]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}")
    return Account(
        network=network,
        id=str(fields["id"]),
        handle=str(fields["handle"]).removeprefix("@"),
        name=str(fields.get("name") or fields["handle"]),
        token=str(fields["token"]),
        extra=dict(fields.get("extra", {})),
    )
