"""Who has an account on each network, and the tokens that open it. All invented: this is the laboratory."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.ledger import Database

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
    """All accounts, in memory for speed and in the book for the next start."""

    def __init__(self, book: Database) -> None:
        self._book = book
        self._all: dict[tuple[str, str], Account] = {}
        for row in book.rows("SELECT * FROM accounts"):
            fields = dict(row)
            fields["extra"] = json.loads(fields["extra"])
            account = Account(**fields)
            self._all[account.network, account.id] = account
        self._holders: dict[str, list[Account]] = {}
        self.granted: Callable[[str], list[Account]] = lambda _: []  # by the consent pages
        self._index()

    def _index(self) -> None:
        self._holders.clear()
        for account in self._all.values():
            self._holders.setdefault(account.token, []).append(account)

    def save(self, account: Account) -> Account:
        self._all[account.network, account.id] = account
        self._book.execute(
            "INSERT OR REPLACE INTO accounts (network, id, handle, name, token, access, extra) VALUES (?,?,?,?,?,?,?)",
            (account.network, account.id, account.handle, account.name, account.token, account.access,
             json.dumps(account.extra)),
        )  # fmt: skip
        self._index()
        return account

    def seed(self, path: Path) -> None:
        """Load accounts from a JSON list; those already known keep the state of their token."""
        for fields in json.loads(path.read_text(encoding="utf-8")):
            if (fields["network"], fields["id"]) not in self._all:
                self.save(account_from(fields))

    def all(self) -> list[Account]:
        return sorted(self._all.values(), key=lambda account: (NETWORKS.index(account.network), account.id))

    def get(self, network: str, id: str) -> Account | None:
        return self._all.get((network, id))

    def by_handle(self, network: str, handle: str) -> Account | None:
        wanted = handle.removeprefix("@").casefold()
        found = (account for account in self._all.values() if account.network == network)
        return next((account for account in found if account.handle.casefold() == wanted), None)

    def holders(self, token: str) -> list[Account]:
        """The accounts a token opens: usually one; a page's token may open its Instagram account too."""
        return self._holders.get(token) or self.granted(token)

    def renew(self, refresh_token: str, network: str) -> Account | None:
        """Exchange a refresh token for a fresh access token, unless access was revoked."""
        for account in self._all.values():
            if account.network == network and refresh_token and account.extra.get("refresh_token") == refresh_token:
                if account.access == "revoked":
                    return None
                account.token, account.access = f"lab-{network}-{secrets.token_hex(12)}", "valid"
                return self.save(account)
        return None


def account_from(fields: dict[str, Any]) -> Account:
    """Read an account from JSON; raises ValueError with the reason when it cannot be one."""
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
