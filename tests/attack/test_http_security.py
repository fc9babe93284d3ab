"""Security headers, cookies, redirects after sign-in, proxy headers, and signed addresses of media."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.core import mail, signing
from django.test import Client, RequestFactory
from django.utils import timezone

from pregonero.media.models import Medium
from pregonero.media.signed_addresses import SALT, VALID_FOR, signed_address
from pregonero.people.models import Entity, Member
from pregonero.people.roles import Role
from tests.attack.conftest import Stage, signed_in
from tests.conftest import PASSWORD, member

LOGIN = "/cuenta/login/"


@pytest.mark.parametrize("path", ["/", LOGIN, "/salud/", "/no-hay/", "/publicaciones/999/", "/medios/x/", "/avisos/1/"])
def test_every_answer_is_closed_to_frames_sniffing_and_scripts_of_others(stage: Stage, path: str) -> None:
    for client in (Client(), signed_in(stage.people[Role.AUDITOR])):
        response = client.get(path)
        policy = response["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"


def test_no_page_carries_a_script_or_style_of_its_own(stage: Stage) -> None:
    client = signed_in(stage.people[Role.DIGITAL_STRATEGIST])
    pages = [
        "/",
        "/parrilla/",
        "/noticias/",
        "/noticias/fuentes/",
        f"/publicaciones/{stage.draft.pk}/editor/",
        f"/publicaciones/{stage.programmed.pk}/",
        f"/noticias/{stage.informed.pk}/",
        "/mi-seguridad/",
    ]
    for path in pages:
        page = client.get(path).content.decode()
        assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=", page), path
        assert not re.findall(
            r"(?:src|href|action)=[\"']?(?:https?:)?//(?!(?:www\.)?(?:gov\.co|mincit\.gov\.co|127))", page
        ), path


def test_the_cookies_of_a_session_are_kept_from_scripts_and_other_sites(ana: Member) -> None:
    client = Client()
    client.post(LOGIN, {"login": ana.user.email, "password": PASSWORD})
    session = client.cookies["sessionid"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert not session["max-age"]  # it ends with the browser


def test_signing_in_changes_the_session(ana: Member) -> None:
    client = Client()
    client.get(LOGIN)
    client.session.save()
    before = client.session.session_key
    client.cookies["sessionid"] = str(before)
    client.post(LOGIN, {"login": ana.user.email, "password": PASSWORD})
    assert client.session.session_key not in (None, before)


NEXT = ["//ajeno.example/", "https://ajeno.example/", "/\\ajeno.example", "javascript:alert(1)", "\x00//ajeno.example",
        "//[", "https://[::1", " //ajeno.example", "http:///ajeno.example", "/%0d%0aX-Mia:1"]  # fmt: skip


@pytest.mark.parametrize("wanted", NEXT)
def test_signing_in_leads_to_no_other_site(ana: Member, wanted: str) -> None:
    client = Client(raise_request_exception=False)
    assert client.get(LOGIN, {"next": wanted}).status_code == 200
    response = client.post(LOGIN, {"login": ana.user.email, "password": PASSWORD, "next": wanted})
    assert response.status_code == 302
    assert response["Location"] in {"/", "/%0d%0aX-Mia:1"}
    assert "X-Mia" not in response.headers


def test_a_host_of_somebody_else_is_refused(ana: Member, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for host in ("ajeno.example", "127.0.0.1.ajeno.example", "127.0.0.1@ajeno.example", "[::1].ajeno.example"):
        response = Client(raise_request_exception=False).post(
            "/cuenta/password/reset/", {"email": ana.user.email}, headers={"Host": host}
        )
        assert response.status_code == 400
    assert mail.outbox == []


def test_nothing_tells_whether_an_address_is_registered(ana: Member, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for path, data in ((LOGIN, {"password": "otra-clave-que-no-es"}), ("/cuenta/password/reset/", {})):
        answers = []
        for address in (ana.user.email, "nadie@mincomercio.test"):
            response = Client().post(path, {"login": address, "email": address, **data}, follow=True)
            text = response.content.decode().replace(address, "")
            answers.append(
                (response.status_code, response.redirect_chain, re.sub(r'value="[^"]*"|nonce="[^"]*"', "", text))
            )
        assert re.sub(r"[A-Za-z0-9]{64}", "", str(answers[0])) == re.sub(r"[A-Za-z0-9]{64}", "", str(answers[1]))
    assert [message.to for message in mail.outbox] == [[ana.user.email]]


def test_too_many_wrong_passwords_are_refused_even_with_the_right_one(ana: Member, beto: Member) -> None:
    for _ in range(5):
        Client().post(LOGIN, {"login": ana.user.email, "password": "otra-clave-que-no-es"})
    refused = Client().post(LOGIN, {"login": ana.user.email, "password": PASSWORD})
    assert "demasiados intentos" in refused.content.decode()
    assert Client().post(LOGIN, {"login": beto.user.email, "password": PASSWORD}).status_code == 302


def test_an_address_that_somebody_claims_is_not_believed(settings: Any) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "9.9.9.9, 8.8.8.8", "X-Real-IP": "9.9.9.9"})
    assert get_adapter().get_client_ip(request) == "127.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # behind a proxy: the address that the proxy wrote, the last one
    assert get_adapter().get_client_ip(request) == "8.8.8.8"


def test_nobody_registers_alone(db: None) -> None:
    data = {"email": "intrusa@ajeno.example", "password1": PASSWORD, "password2": PASSWORD}
    Client().post("/cuenta/signup/", data)
    assert not EmailAddress.objects.filter(email=data["email"]).exists()


def test_nobody_takes_the_address_of_who_will_come(ana: Member, other_entity: Entity) -> None:
    client, coming = Client(), "directora@otra.test"
    client.post(LOGIN, {"login": ana.user.email, "password": PASSWORD})
    client.post("/cuenta/email/", {"action_add": "", "email": coming})
    client.post("/cuenta/email/", {"action_primary": "", "email": coming})
    ana.user.refresh_from_db()
    assert ana.user.email == "ana@mincomercio.test"
    arrived = member(other_entity, "directora", "Directora", Role.COORDINATOR)
    assert arrived.user_id != ana.user_id
    response = Client().post(LOGIN, {"login": coming, "password": PASSWORD})
    assert response.status_code == 302
    assert response.wsgi_request.user == arrived.user


def test_a_person_of_two_entities_acts_in_one_at_a_time(stage: Stage, other_entity: Entity) -> None:
    beto = stage.people[Role.DIGITAL_STRATEGIST]
    Member.objects.create(entity=other_entity, user=beto.user, name="Beto", roles=[Role.AUDITOR], employment="STAFF")
    client, path = signed_in(beto), f"/publicaciones/{stage.draft.pk}/"
    assert client.get(path).status_code == 200
    assert client.post("/entidad/", {"entity": other_entity.pk}).status_code == 302
    assert client.get(path).status_code == 404
    assert client.post(f"/publicaciones/{stage.draft.pk}/enlace/aceptacion/", {"reason": "x"}).status_code == 404
    for forged in ("999", "-1", str(2**63), "x", "\x00", ""):
        assert client.post("/entidad/", {"entity": forged}).status_code in {200, 422}
    Member.objects.filter(entity=other_entity).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert client.get(path).status_code == 200


class TestMedia:
    """The signed address of one file."""

    def test_it_is_of_one_file_and_of_its_hour(self, picture: Medium) -> None:
        token = signed_address(picture).rpartition("/medios/")[2].rstrip("/")
        client = Client(raise_request_exception=False)
        assert client.get(f"/medios/{token}/").status_code == 200
        forged = [
            token[:-1] + ("A" if token[-1] != "A" else "B"),
            token.upper(),
            f"{token}x",
            token.replace("a", "b", 1),
            signing.TimestampSigner(salt="pregonero.otra").sign(picture.sha256),
            signing.TimestampSigner(key="otra", salt=SALT).sign(picture.sha256),
            signing.TimestampSigner(salt=SALT).sign("../../secret.key"),
        ]
        assert {client.get(f"/medios/{each}/").status_code for each in forged} == {404}

    def test_it_is_good_no_longer_than_it_says(self, picture: Medium, monkeypatch: pytest.MonkeyPatch) -> None:
        path = signed_address(picture).partition("8800")[2]
        client, now = Client(raise_request_exception=False), time.time()
        for later, status in ((VALID_FOR.total_seconds() - 60, 200), (VALID_FOR.total_seconds() + 60, 404)):
            monkeypatch.setattr(signing.time, "time", lambda: now + later)  # noqa: B023  used in its turn
            assert client.get(path).status_code == status

    def test_it_is_only_read_and_of_no_other_file(self, picture: Medium) -> None:
        client, token = Client(raise_request_exception=False), signing.TimestampSigner(salt=SALT).sign
        for digest in ("0" * 64, picture.sha256[:-1], picture.sha256.upper(), picture.file, "", "%"):
            assert client.get(f"/medios/{token(digest)}/").status_code == 404
        path = f"/medios/{token(picture.sha256)}/"
        assert {client.generic(method, path).status_code for method in ("POST", "PUT", "DELETE")} == {405}
        assert client.head(path).status_code == 200
        assert client.get(path)["X-Content-Type-Options"] == "nosniff"

    def test_a_copy_that_is_gone_is_not_found(self, picture: Medium, settings: Any) -> None:
        path = signed_address(picture).partition("8800")[2]
        (settings.MEDIA_FOLDER / picture.file).unlink()
        assert Client(raise_request_exception=False).get(path).status_code == 404

    @pytest.mark.parametrize("ranges", ["bytes=0-0", "bytes=-1", "bytes=99999999-", "bytes=0-1,2-3" * 500, "x"])
    def test_a_part_of_it_is_never_more_than_it(self, picture: Medium, ranges: str) -> None:
        path = signed_address(picture).partition("8800")[2]
        response: Any = Client(raise_request_exception=False).get(path, headers={"Range": ranges})
        assert response.status_code in {200, 206, 416}
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert len(body) <= picture.size
