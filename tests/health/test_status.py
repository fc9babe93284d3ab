"""Estado and `pregonero doctor` say the same: one true line, what is wrong once and its remedy, every pause by name."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.utils import timezone

from pregonero.health.actions import record_incident
from pregonero.health.models import IncidentKind
from pregonero.health.report import installation_report
from pregonero.health.runner import Area, CheckResult, Detail, Level, summary_of
from pregonero.networks.actions.register import pause_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Attempt, Delivery, Outcome
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing.actions import pause_everything, pause_publication
from tests.health.test_health import check_result
from tests.publishing.conftest import accounts, candidate, news, picture, video
from tests.publishing.test_states import put
from tests.publishing.test_stopping import client_of
from tests.stage import deliveries_in, programmed

__all__ = ["accounts", "candidate", "news", "picture", "video"]
TOO_LONG = "X dice que sobran 12 caracteres."
pytestmark = [pytest.mark.django_db, pytest.mark.procedure("P-6")]


def result(level: Level, details: int = 0) -> CheckResult:
    named = tuple(Detail(str(number)) for number in range(details))
    return CheckResult("name", Area.SERVER, level, "Una frase.", details=named)


def status_text(member: Member) -> str:
    page = client_of(member).get("/estado/").content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.mark.parametrize(
    ("results", "level", "sentence"),
    [
        ([], Level.GOOD, "Todo funciona."),
        ([result(Level.PAUSED, 1)], Level.PAUSED, "Todo funciona, con una pausa."),
        ([result(Level.PAUSED, 3)], Level.PAUSED, "Todo funciona, con 3 pausas."),
        ([result(Level.REVIEW, 5)], Level.REVIEW, "Hay una cosa por revisar."),
        ([result(Level.ERROR), result(Level.ERROR)], Level.ERROR, "Hay 2 errores."),
        (
            [result(Level.PAUSED, 2), result(Level.REVIEW), result(Level.ERROR), result(Level.GOOD)],
            Level.ERROR,
            "Hay un error, una cosa por revisar y 2 pausas.",
        ),
    ],
)
def test_summary_counts_what_is_wrong_and_every_pause(
    results: Sequence[CheckResult], level: Level, sentence: str
) -> None:
    summary = summary_of(results)
    assert (summary.level, summary.sentence) == (level, sentence)


def test_every_pause_is_counted_and_named_with_its_page(
    accounts: dict[str, Account], news: News, ana: Member, carmen: Member
) -> None:
    publication, now = programmed(news, ana, timezone.now()), timezone.now()
    for network in ("x", "youtube"):
        pause_account(account=accounts[network], reason=f"Revisión de {network}.", by=carmen, now=now)
    pause_publication(publication=publication, reason="Falta una cifra.", by=ana, now=now)
    pause_everything(reason="Llegó una alerta.", by=carmen, now=now)
    pauses = check_result("paused", ana.entity_id)
    assert pauses.sentence == "Hay 4 pausas."
    assert [(each.text, each.path) for each in pauses.details] == [
        ("Todo", "/pausa/"),
        (f"«{publication.title}»", f"/publicaciones/{publication.pk}/"),
        (str(accounts["x"]), f"/cuentas/{accounts['x'].pk}/"),
        (str(accounts["youtube"]), f"/cuentas/{accounts['youtube'].pk}/"),
    ]
    page, doctor = status_text(ana), installation_report().text
    assert "4 pausas" in page
    assert "4 pausas" in doctor
    for reason in ("Revisión de x.", "Revisión de youtube.", "Falta una cifra."):
        assert (page.count(reason), doctor.count(reason)) == (1, 1)


def rejected(delivery: Delivery, at: datetime) -> None:
    put(delivery, DeliveryState.REJECTED)
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        started_at=at,
        worker="w",
        fingerprint="f" * 64,
        content={},
        prepared={},
        outcome=Outcome.REJECTED,
        ended_at=at,
        reason=TOO_LONG,
    )


@pytest.mark.parametrize(("hours", "is_told"), [(1, True), (25, False)])
def test_rejection_of_the_last_day_is_named(
    accounts: dict[str, Account], news: News, ana: Member, hours: int, *, is_told: bool
) -> None:
    now = timezone.now()
    rejected(deliveries_in(programmed(news, ana, now)).get(account=accounts["x"]), now - timedelta(hours=hours))
    check = check_result("rejected", ana.entity_id)
    assert [(each.text, each.why) for each in check.details] == [(str(accounts["x"]), TOO_LONG)] * is_told
    assert check.ok is not is_told
    assert status_text(ana).count(TOO_LONG) == is_told


def test_rejection_is_no_longer_told_after_another_post_was_accepted(
    accounts: dict[str, Account], news: News, ana: Member
) -> None:
    now = timezone.now()
    first, second = (deliveries_in(programmed(news, ana, now)).get(account=accounts["x"]) for _ in range(2))
    rejected(first, now - timedelta(minutes=2))
    put(second, DeliveryState.PUBLISHED)
    assert check_result("rejected", ana.entity_id).level == Level.GOOD


def test_no_sentence_is_said_twice_and_no_hour_is_utc(
    accounts: dict[str, Account], news: News, ana: Member, carmen: Member
) -> None:
    programmed(news, ana, timezone.now())
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=5), reason="X no respondió a tiempo.")
    pause_account(account=accounts["youtube"], reason="Revisión de accesos.", by=carmen, now=timezone.now())
    record_incident(kind=IncidentKind.DISK_FULL, detail="No se pudo escribir.", now=timezone.now())
    page = status_text(ana)
    report = installation_report()
    for check in report.checks:
        assert page.count(check.sentence) == report.text.count(check.sentence) == 1
    assert "UTC" not in page + report.text
    assert report.text.splitlines()[0] in page


def test_status_page_says_everything_that_doctor_says(accounts: dict[str, Account], ana: Member) -> None:
    page = status_text(ana)
    for check in installation_report().checks:
        assert check.sentence in page
        assert check.remedy in page


def test_status_page_renews_only_what_changes(accounts: dict[str, Account], ana: Member) -> None:
    client = client_of(ana)
    part = client.get("/estado/", headers={"HX-Request": "true"})
    assert "HX-Request" in part["Vary"]
    assert b"<html" not in part.content
    assert b"Revisado a las" in part.content
