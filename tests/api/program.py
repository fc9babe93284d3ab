"""A program that uses the API with the token of a person."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from pregonero.people.models import ApiToken, Member
from pregonero.people.security.actions.tokens import TokenPlan, make_token
from pregonero.people.security.scopes import SCOPES
from tests.second_factor import enrol


@dataclass
class Program:
    """A client that presents a token; every write has a key of its own unless the test gives one."""

    token: ApiToken
    text: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any, *, key: str = "", **headers: str) -> Any:
        sent = body if isinstance(body, bytes | str) else json.dumps(body)
        headers = self.headers | {"Idempotency-Key": key or uuid4().hex} | headers
        return self.client.post(f"/api/v1/{path}", sent, content_type="application/json", headers=headers)


def program_of(person: Member, *scopes: str) -> Program:
    """Return a program with a token of a person, with these scopes or with all."""
    enrol(person)
    plan = TokenPlan("Sede electrónica", scopes or tuple(SCOPES), timedelta(days=30))
    return Program(
        *make_token(plan=plan, by=Member.objects.select_related("user").get(pk=person.pk), now=timezone.now())
    )
