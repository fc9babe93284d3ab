"""Sending notices by mail, to a real mail server on loopback (P-1)."""

from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client

from pregonero.people.actions import notify
from pregonero.people.models import Member, Notice
from pregonero.people.tasks import mail_notice
from pregonero.processes import free_port
from pregonero.records.actions import ObjectRef

pytestmark = pytest.mark.procedure("P-1")


class Mailbox:
    def __init__(self) -> None:
        self.received: list[tuple[list[str], Message]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.received.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 OK"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    box, port = Mailbox(), free_port(0)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
    yield box
    controller.stop()


@pytest.fixture
def notice(ana: Member, now: datetime) -> Notice:
    (created,) = notify(
        members=[ana],
        kind="news.informed",
        ref=ObjectRef("news", 7),
        title="Crecieron las exportaciones",
        path="/noticias/7/",
        why="La informó Luis Peña.",
        now=now,
    )
    return created


def test_mail_notice_sends_the_mail_once(mailbox: Mailbox, notice: Notice, settings: Any) -> None:
    for _ in range(2):
        mail_notice(notice_id=notice.pk)
    ((to, message),) = mailbox.received
    assert to == ["ana@mincomercio.test"]
    assert str(make_header(decode_header(message["Subject"]))) == "[MinComercio] Crecieron las exportaciones"
    text, page = (part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart())
    for body in (text, page):
        assert "Crecieron las exportaciones" in body
        assert "La informó Luis Peña." in body
        assert f"{settings.PUBLIC_ADDRESS}/noticias/7/" in body
    assert "http" not in page.replace(settings.PUBLIC_ADDRESS, "")  # nothing is fetched from elsewhere
    notice.refresh_from_db()
    assert notice.mailed_at is not None


def test_mail_notice_does_nothing_without_a_mail_server(mailbox: Mailbox, notice: Notice, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    mail_notice(notice_id=notice.pk)
    assert mailbox.received == []


def test_mail_notice_fails_when_the_mail_server_is_down(notice: Notice, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port(0)
    with pytest.raises(ConnectionRefusedError):  # the queue retries the job
        mail_notice(notice_id=notice.pk)
    notice.refresh_from_db()
    assert notice.mailed_at is None


def test_title_with_line_breaks_adds_no_header(mailbox: Mailbox, ana: Member, now: datetime) -> None:
    (created,) = notify(
        members=[ana], kind="k", ref=ObjectRef("news", 8), title="Hola\nBcc: otro@fuera.test", path="/", now=now
    )
    mail_notice(notice_id=created.pk)
    ((to, message),) = mailbox.received
    assert to == ["ana@mincomercio.test"]
    assert message["Bcc"] is None


def test_hostile_title_is_escaped_in_the_page_and_plain_in_the_text(
    mailbox: Mailbox, ana: Member, now: datetime
) -> None:
    (created,) = notify(
        members=[ana], kind="k", ref=ObjectRef("news", 9), title="<b>Ñame & queso</b>", path="/", now=now
    )
    mail_notice(notice_id=created.pk)
    ((_, message),) = mailbox.received
    text, page = (part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart())
    assert "<b>Ñame & queso</b>" in text
    assert "<b>" not in page
    assert "&lt;b&gt;Ñame &amp; queso" in page


def test_forgotten_password_mail_is_in_our_words(mailbox: Mailbox, ana: Member) -> None:
    Client().post("/cuenta/password/reset/", {"email": "ana@mincomercio.test"})
    ((to, message),) = mailbox.received
    assert to == ["ana@mincomercio.test"]
    assert str(make_header(decode_header(message["Subject"]))) == "[Pregonero] Elige otra contraseña"
    text, page = (part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart())
    for body in (text, page):
        assert "Alguien pidió cambiar la contraseña" in body
        assert "/cuenta/password/reset/key/" in body
        assert "example.com" not in body
