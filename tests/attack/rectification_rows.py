"""Rows of the table of addresses: rectifications, each in the state that its act needs. Making one records nothing."""

from typing import Any

from django.utils import timezone

from pregonero.outbox.models import Delivery
from pregonero.people.roles import GROUP_HEADS, Role
from pregonero.publishing.models import Publication
from pregonero.publishing.rectification.rectification_models import Rectification, RectificationPin
from pregonero.publishing.rectification.terms import last_day
from tests.attack.conftest import Stage
from tests.attack.row import CONFLICT, FOUND, NETWORKS_AND_HEADS, OK, Row


def _out(stage: Stage) -> Publication:
    """Return a publication that went out on one account."""
    delivery = Delivery.objects.filter(subject_kind="publication", subject_id=stage.programmed.pk).order_by("pk")[0]
    if not delivery.remote_id:
        now = timezone.now()
        Delivery.objects.filter(pk=delivery.pk).update(state="PUBLISHED", remote_id="r1", published_at=now)
    return stage.programmed


def _asked(stage: Stage) -> Rectification:
    now, by = timezone.now(), stage.people[Role.COMMUNITY_MANAGER]
    due_on, basis = last_day(timezone.localdate(now))
    made, _ = Rectification.objects.get_or_create(
        entity=stage.entity,
        publication=_out(stage),
        defaults={
            "way": "MAIL",
            "asked_by": "Rosa Mejía",
            "asked_at": now,
            "request": "La cifra es otra.",
            "due_on": due_on,
            "term_basis": basis,
            "recorded_by": by,
            "recorded_at": now,
        },
    )
    return made


def publication_of(stage: Stage) -> list[Any]:
    return [_out(stage).pk]


def rectification_of(stage: Stage) -> list[Any]:
    return [_asked(stage).pk]


def pin_of(stage: Stage) -> list[Any]:
    rectification = _asked(stage)
    RectificationPin.objects.get_or_create(rectification=rectification, account=stage.account)
    return [rectification.pk, stage.account.pk]


def _request(_: Stage) -> dict[str, str]:
    return {"way": "MAIL", "asked_by": "Rosa Mejía", "asked_at": "2026-01-15T10:00", "text": "La cifra es otra."}


def _ruling(_: Stage) -> dict[str, str]:
    return {"ruling": "NO", "reason": "La cifra es la del DANE."}


RECTIFICATION_ROWS = (
    Row("publishing:rectifications", outside=OK),
    Row("publishing:rectification", arguments=rectification_of),
    Row("publishing:ask_rectification", arguments=publication_of, roles=NETWORKS_AND_HEADS, both=True),
    Row("publishing:ask_rectification", "POST", publication_of, _request, NETWORKS_AND_HEADS, FOUND, both=True),
    Row("publishing:decide_rectification", "POST", rectification_of, _ruling, GROUP_HEADS, FOUND),
    Row("publishing:close_rectification", "POST", rectification_of, roles=NETWORKS_AND_HEADS, status=CONFLICT),
    Row("publishing:note_pinned", "POST", pin_of, roles=NETWORKS_AND_HEADS, status=FOUND),
)  # fmt: skip
