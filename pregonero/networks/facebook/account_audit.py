"""Who administers a page, and its integrity at Meta (docs/networks/facebook.md).

`/{page}/roles` lists only people outside a business, and `/{page}/assigned_users` only those of one: both are needed.
"""

import json
from typing import Any

from pregonero.networks.account_audit import AccountStanding, Administrator, Administrators
from pregonero.networks.base import ApiCredentials
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.facebook.network import ENDPOINTS, ERRORS

EDGES = ("roles", "assigned_users")
FULL_CONTROL = "MANAGE"
MOST_PAGES = 10
ALL_WELL = "ok"
STATUSES = {
    "warning": "Meta le hizo una advertencia a la página.",
    "restricted": "Meta restringió la página.",
    "suspended": "Meta suspendió la página.",
}


class FacebookAuditor:
    """Reads the roles of a page and its status."""

    def administrators(self, credentials: ApiCredentials) -> Administrators:
        """Return who has full control of the page, each id once, in the order of the answers."""
        with mapped_errors(ERRORS, public=False):
            graph = Graph(credentials, ENDPOINTS)
            answers = {
                edge: list(graph.pages(credentials.remote_id, edge, most=MOST_PAGES, fields="id,name,tasks", limit=100))
                for edge in EDGES
            }
            people = {one.remote_id: one for rows in answers.values() for row in rows for one in _administrator(row)}
            if not people:  # a page always has somebody: the answer changed
                raise ValueError("Facebook returned no administrator of a page")
        return Administrators(tuple(people.values()), _as_evidence(answers))

    def standing(self, credentials: ApiCredentials) -> AccountStanding:
        """Return the violations and restrictions of the page."""
        with mapped_errors(ERRORS, public=False):
            answer = Graph(credentials, ENDPOINTS).edge(credentials.remote_id, "page_status")
            problems = _problems(answer)
        return AccountStanding(tuple(problems), _as_evidence(answer))


def _administrator(row: Any) -> list[Administrator]:
    """Return the person of a row when they have full control. Raises `TypeError` for a row of another shape."""
    tasks = row["tasks"]
    if not isinstance(tasks, list):
        raise TypeError(f"Facebook returned the tasks of a role as {type(tasks).__name__}, not as a list")
    return [Administrator(str(row["id"]), str(row.get("name") or ""))] if FULL_CONTROL in tasks else []


def _problems(answer: dict[str, Any]) -> list[str]:
    """Return what Meta holds against a page. Raises `ValueError` for an answer of another shape."""
    status = answer["status"]
    if status != ALL_WELL and status not in STATUSES:
        raise ValueError(f"Facebook returned an unknown status of a page: {status!r}")
    violations, restrictions = answer.get("violations") or [], answer.get("restrictions") or []
    problems = [] if status == ALL_WELL else [STATUSES[status]]
    problems += [f"Infracción: {one['description']}" for one in violations]
    return problems + [f"Restricción: {one['description']}" for one in restrictions]


def _as_evidence(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=1, sort_keys=True)
