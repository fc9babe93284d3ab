"""Tokens of programs: made after showing again who one is, shown once, listed, and revoked."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import ProgrammingError, transaction
from django.test import Client

from pregonero.errors import NotAllowed, NotFound, Refused, WrongState
from pregonero.people.models import ApiToken, Entity, Member, Notice
from pregonero.people.roles import Role
from pregonero.people.security.actions import make_recovery_codes, resets
from pregonero.people.security.actions.tokens import (
    MOST_TOKENS,
    TokenPlan,
    count_request,
    digest_of,
    make_token,
    revoke_token,
)
from pregonero.records.models import Event
from tests.conftest import NOW, member
from tests.second_factor import enrol

PLAN = TokenPlan("Sede electrónica", ["needs.read"], timedelta(days=30))


@pytest.fixture(autouse=True)
def _no_counts(db: None) -> None:
    cache.clear()


def signed_in(person: Member) -> Client:
    """Return the client of a person who has just shown again who they are."""
    enrol(person)
    client = Client()
    client.force_login(person.user)
    (code, *_) = make_recovery_codes(user=person.user, now=NOW)
    assert client.post("/cuenta/2fa/reauthenticate/", {"code": code}).status_code == 302
    return client


def test_token_is_shown_once_and_listed_until_it_is_revoked(ana: Member) -> None:
    client = signed_in(ana)
    asked = {"name": "Sede electrónica", "scopes": ["needs.read", "needs.write"], "days": "30"}
    page = client.post("/mi-seguridad/tokens/nuevo/", asked)
    token = ApiToken.objects.get()
    text = page.content.decode().split("readonly>")[1].split("<")[0]
    assert (text[:4], digest_of(text), page["Cache-Control"]) == (
        "prg_",
        token.digest,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    listed = client.get("/mi-seguridad/").content.decode()
    assert "Sede electrónica" in listed and token.start in listed and text not in listed
    assert Notice.objects.get(kind="api_token.made").member == ana
    client.post(f"/mi-seguridad/tokens/{token.pk}/retiro/")
    assert "Sede electrónica" not in client.get("/mi-seguridad/").content.decode().split("Programas que")[1]
    events = Event.objects.filter(ref=token.ref.reference).order_by("pk")
    assert [event.event_type for event in events] == ["api_token.made", "api_token.revoked"]
    assert text not in str([event.facts for event in events])


def test_making_one_asks_again_who_the_person_is(ana: Member) -> None:
    enrol(ana)
    client = Client()
    client.force_login(ana.user)  # long ago: nothing says that the person showed it lately
    for ask in (client.get, client.post):
        assert "reauthenticate" in ask("/mi-seguridad/tokens/nuevo/")["Location"]
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("changes", [{"scopes": []}, {"scopes": ["todo"]}, {"days": "9999"}, {"name": ""}])
def test_form_refuses_what_is_missing_or_unknown(ana: Member, changes: dict[str, object]) -> None:
    client = signed_in(ana)
    sent = {"name": "Sede", "scopes": ["needs.read"], "days": "30"} | changes
    assert client.post("/mi-seguridad/tokens/nuevo/", sent).status_code == 422
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "plan",
    [
        TokenPlan("x", [], timedelta(1)),
        TokenPlan("x", ["no"], timedelta(1)),
        TokenPlan("x", ["news.read"], timedelta(366)),
        TokenPlan("x", ["news.read"], timedelta()),
    ],
)
def test_action_refuses_it_too(ana: Member, plan: TokenPlan) -> None:
    with pytest.raises(Refused):
        make_token(plan=plan, by=ana, now=NOW)


def test_offices_outside_have_no_tokens_and_nobody_has_too_many(entity: Entity, ana: Member) -> None:
    with pytest.raises(NotAllowed):
        make_token(plan=PLAN, by=member(entity, "despacho", "Despacho", Role.MINISTER_OFFICE), now=NOW)
    for _ in range(MOST_TOKENS):
        make_token(plan=PLAN, by=ana, now=NOW)
    with pytest.raises(WrongState):
        make_token(plan=PLAN, by=ana, now=NOW)
    make_token(plan=PLAN, by=ana, now=NOW + PLAN.lifetime)  # the others expired


def test_others_revoke_a_token_only_with_the_right(ana: Member, beto: Member, carmen: Member, dario: Member) -> None:
    token, _ = make_token(plan=PLAN, by=ana, now=NOW)
    for person in (beto, dario):
        with pytest.raises(NotFound):
            revoke_token(token=token, by=person, now=NOW)
    client = signed_in(carmen)
    assert token.start in client.get(f"/personas/{ana.pk}/").content.decode()
    assert client.post(f"/mi-seguridad/tokens/{token.pk}/retiro/")["Location"] == f"/personas/{ana.pk}/"
    with pytest.raises(WrongState):
        revoke_token(token=token, by=carmen, now=NOW)


def test_losing_the_second_factor_revokes_the_tokens(ana: Member, carmen: Member, entity: Entity) -> None:
    enrol(ana)
    token, _ = make_token(plan=PLAN, by=ana, now=NOW)
    systems = member(entity, "sistemas", "Sonia Paz", Role.SYSTEMS_OFFICE)
    reset = resets.ask_reset(member=ana, reason="Perdió el teléfono", by=carmen, now=NOW)
    resets.confirm_reset(reset=reset, by=systems, now=NOW)
    token.refresh_from_db()
    assert token.revoked_by == systems


def test_database_keeps_what_a_token_may_do(ana: Member) -> None:
    token, _ = make_token(plan=PLAN, by=ana, now=NOW)
    for change in ({"scopes": ["needs.write"]}, {"expires_at": NOW + timedelta(days=999)}):
        with pytest.raises(ProgrammingError), transaction.atomic():
            ApiToken.objects.filter(pk=token.pk).update(**change)
    revoke_token(token=token, by=ana, now=NOW)
    with pytest.raises(ProgrammingError), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=None, revoked_by=None)


def test_requests_are_counted_by_minute(ana: Member) -> None:
    token, _ = make_token(plan=PLAN, by=ana, now=NOW)
    seconds = (0, 10, 59, 60, 61)
    counts = [
        count_request(token=token, address="10.0.0.1", now=NOW + timedelta(seconds=at)).requests for at in seconds
    ]
    assert counts == [1, 2, 3, 1, 2]
