"""Hostile values in every field, address, header and cookie cause no error page and no partial change."""

import json
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pregonero.newsroom.models import Source
from pregonero.outbox.states import DeliveryState
from pregonero.people.roles import Role
from pregonero.publishing.models import Adaptation, Publication
from pregonero.records.models import Event
from tests.attack.conftest import Stage, signed_in
from tests.attack.row import Row
from tests.attack.url_table import ROWS, written
from tests.publishing.test_views import sent
from tests.stage import deliveries_in

BUG = 500
HUGE = str(2**63)
HOSTILE = {
    "NUL": "a\x00b",
    "only NUL": "\x00",
    "turned around": "\u202ehsilbup\u202c\u2066x\u2069",
    "zero width": "\u200b\u200d\ufeff",
    "line breaks": "a\r\nSet-Cookie: b=c\r\n\r\n<script>alert(1)</script>",
    "beyond the plane": "\U0001f1e8\U0001f1f4" * 50 + "\U0010ffff",
    "combining": "e" + "\u0301" * 500,
    "year one": "0001-01-01",
    "last day": "9999-12-31",
    "last minute": "23:59:59.999999",
    "no date": "2026-02-30",
    "negative": "-1",
    "beyond a row's number": HUGE,
    "beyond a float": "1e400",
    "digits of another script": "٢²",
    "thousands of digits": "9" * 5000,
    "not a number": "NaN",
    "bracket": "https://[::1",
    "long": "ñ" * 100_000,
    "nothing": "",
}
# Those that each pass what stops the others.
TELLING = ("NUL", "line breaks", "last day", "beyond a row's number", "digits of another script", "nothing")
# What each form takes beyond what its row sends.
FIELDS = {
    "publishing:draft": ["hour"],
    "newsroom:inform_link": ["reference", "note"],
    "newsroom:inform_news": ["note"],
    "newsroom:register_source": ["address", "preset", "selector_item"],
}
FORMS = [row for row in ROWS if row.method == "POST" and row.name != "newsroom:receive_news"]


def outcome(client: Client, row: Row, stage: Stage, data: dict[str, Any]) -> int:
    response = client.post(row.path(stage), data)
    assert "Traceback" not in response.content.decode(errors="replace")
    return response.status_code


@pytest.mark.parametrize("is_whole", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["part", "whole"])
@pytest.mark.parametrize("row", FORMS, ids=str)
def test_no_value_of_any_field_breaks_a_form(row: Row, stage: Stage, is_whole: bool) -> None:
    """Try every value in all fields at once, and in each field alone those that pass what the others would stop.

    The ordinary run tries these in all fields at once, and in each field alone the next of them. All the acts of the
    editor read the same form, whose fields it tries alone with one of the acts.
    """
    client = signed_in(stage.people[sorted(row.roles)[0]])
    one = f"red{stage.draft.adaptations.earliest('account_id').account_id}-"
    data = row.data(stage)
    fields = [name for name in data if not name.startswith("red") or name.startswith(one)]
    fields += FIELDS.get(row.name, [])
    alone, of_editor = fields, written(stage).keys()
    if not is_whole and of_editor <= data.keys() and row.name != "publishing:save":
        alone = [name for name in fields if name not in of_editor]
    count = len(TELLING) if is_whole else 1
    tries = [(kind, fields) for kind in (HOSTILE if is_whole else TELLING)]
    tries += [(TELLING[(at + n) % len(TELLING)], [name]) for at, name in enumerate(alone) for n in range(count)]
    broken = [
        (kind, names)
        for kind, names in tries
        if outcome(client, row, stage, {**data, **dict.fromkeys(names, HOSTILE[kind])}) >= BUG
    ]
    assert not broken


@pytest.mark.parametrize(
    "row",
    [row if row.name.startswith("controls:") else pytest.param(row, marks=pytest.mark.slow) for row in FORMS],
    ids=str,
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_text_breaks_a_form(row: Row, stage: Stage, data: st.DataObject) -> None:
    client, sent = signed_in(stage.people[sorted(row.roles)[0]]), row.data(stage)
    names = [name for name, value in sent.items() if isinstance(value, str)]
    texts = data.draw(st.fixed_dictionaries({name: st.text(max_size=400) for name in names}))
    assert outcome(client, row, stage, {**sent, **texts}) < BUG


@pytest.mark.parametrize("row", FORMS, ids=str)
def test_fields_given_twice_or_missing_break_no_form(row: Row, stage: Stage) -> None:
    client, path = signed_in(stage.people[sorted(row.roles)[0]]), row.path(stage)
    twice = {name: [value, "otra"] for name, value in row.data(stage).items()}
    assert client.post(path, twice).status_code < BUG
    assert client.post(path, b'{"reason": ["a"]}', content_type="application/json").status_code < BUG


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=() if row.name == "publishing:save" else pytest.mark.slow) for row in FORMS],
    ids=str,
)
def test_no_shape_of_a_body_breaks_a_form(row: Row, stage: Stage) -> None:
    client, path = signed_in(stage.people[sorted(row.roles)[0]]), row.path(stage)
    arrays = {f"{name}[]": value for name, value in row.data(stage).items()}
    assert client.post(path, arrays).status_code < BUG
    assert client.post(path, {f"x{number}": "1" for number in range(1001)}).status_code < BUG
    for kind in ("text/plain", "multipart/form-data", "multipart/form-data; boundary=", "\u00f1"):
        assert client.generic("POST", path, b'{"reason": ["a"]}', content_type=kind).status_code < BUG, kind
    raw = b"reason=%ff%fe%00&link=\xff\xfe&key=\xed\xa0\x80"
    assert client.generic("POST", path, raw, content_type="application/x-www-form-urlencoded").status_code < BUG


def test_ten_megabytes_of_text_are_refused_before_anything_is_read(stage: Stage) -> None:
    client = signed_in(stage.people[Role.DIGITAL_STRATEGIST])
    response = client.post(f"/publicaciones/{stage.draft.pk}/textos/", {"why": "a" * 10_000_000})
    assert response.status_code == 400
    stage.draft.refresh_from_db()
    assert "aaa" not in stage.draft.why


def test_megabytes_in_any_form_are_refused_before_anything_is_read(stage: Stage) -> None:
    events = Event.objects.count()
    for row in FORMS:
        if not row.data(stage):
            continue  # its view reads no field
        client = signed_in(stage.people[sorted(row.roles)[0]])
        data = row.data(stage)
        response = client.post(row.path(stage), {**data, next(iter(data)): "a" * 3_000_000})
        assert response.status_code == 400, row
    assert Event.objects.count() == events


def test_a_form_with_one_bad_network_keeps_nothing_of_the_others(stage: Stage) -> None:
    publication = stage.draft
    first, *_, last = Adaptation.objects.filter(publication=publication).order_by("account_id")
    bad = {
        f"red{first.account_id}-text": "Cambiado",
        f"red{last.account_id}-title": "t" * 5000,
        f"red{last.account_id}-text": "a\x00b",
    }
    events = Event.objects.count()
    client = signed_in(stage.people[Role.DIGITAL_STRATEGIST])
    for act in ("textos", "programacion"):
        assert client.post(f"/publicaciones/{publication.pk}/{act}/", sent(publication, **bad)).status_code == 422
    first.refresh_from_db()
    assert first.text != "Cambiado"
    assert Event.objects.count() == events


@pytest.mark.parametrize("network", ["0", "-1", HUGE, "x"])
def test_field_for_an_unknown_account_changes_nothing(stage: Stage, network: str) -> None:
    client = signed_in(stage.people[Role.DIGITAL_STRATEGIST])
    before = list(Adaptation.objects.order_by("pk").values_list("text", flat=True))
    data = sent(stage.draft, **{f"red{network}-text": "Ajeno"})
    assert client.post(f"/publicaciones/{stage.draft.pk}/textos/", data).status_code == 302
    assert list(Adaptation.objects.order_by("pk").values_list("text", flat=True)) == before


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(9998, 1, 1), date(1, 1, 1), date(2035, 1, 1)])
def test_date_out_of_range_is_refused_and_schedules_nothing(stage: Stage, day: date) -> None:
    client = signed_in(stage.people[Role.DIGITAL_STRATEGIST])
    data = sent(stage.draft, day=day.isoformat(), hour="23:59")
    assert client.post(f"/publicaciones/{stage.draft.pk}/programacion/", data).status_code == 422
    stage.draft.refresh_from_db()
    assert (stage.draft.state, deliveries_in(stage.draft).count()) == ("DRAFT", 0)


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize("act", ["salio", "no-salio"])
@pytest.mark.parametrize(
    "data", [{}, {"remote_id": "9" * 121}, {"remote_id": "1\x00"}, {"otro": "1"}, {"reason": "x", "attempt": "uno"}]
)
def test_incomplete_decision_is_refused(stage: Stage, data: dict[str, str], act: str) -> None:
    client = signed_in(stage.people[Role.DIGITAL_STRATEGIST])
    answer = client.post(f"/envios/{stage.undecided.pk}/decision/{act}/", data)
    assert answer.status_code == 422
    stage.undecided.refresh_from_db()
    assert stage.undecided.state == DeliveryState.NEEDS_PERSON


@pytest.mark.procedure("P-6")
def test_not_published_decision_with_a_reason_sends_again(stage: Stage) -> None:
    client = signed_in(stage.people[Role.DIGITAL_STRATEGIST])
    data = {"attempt": str(stage.undecided.attempts_made), "reason": "No está en la red"}
    client.post(f"/envios/{stage.undecided.pk}/decision/no-salio/", data)
    stage.undecided.refresh_from_db()
    assert stage.undecided.state == DeliveryState.DUE


@pytest.mark.parametrize(
    "address",
    [
        "/parrilla/0001-01-01/", "/parrilla/9999-12-31/", f"/parrilla/{quote('٢٠٢٦')}-11-24/",
        f"/publicaciones/{HUGE}/", "/publicaciones/-1/", f"/publicaciones/{'9' * 5000}/", f"/noticias/medios/{HUGE}/",
        f"/noticias/{HUGE}0/", f"/envios/{HUGE}/decision/", "/medios/%00/", "/medios/%2e%2e%2fsecret.key/",
        "/cuenta/confirm-email/%00/", "/static/%2e%2e/secret.key",
        "/publicaciones/nueva/?fuente=news:99999999999999999999", "/publicaciones/nueva/?fuente=otra:1",
    ],
)  # fmt: skip
def test_address_without_an_object_is_not_found(stage: Stage, address: str) -> None:
    assert signed_in(stage.people[Role.COORDINATOR]).get(address).status_code in {404, 405}


@pytest.mark.parametrize(
    "address",
    [
        "/parrilla/0001-01-02/", "/parrilla/9999-12-30/", f"/publicaciones/nueva/?fuente=news:{quote('²')}",
        "/publicaciones/nueva/?fuente=&hora=%00%0d%0a%22%3E%3Cb%3E", "/noticias/?estado=%00&pagina=%00",
        "/noticias/?pagina=-1", f"/noticias/?pagina={'9' * 5000}", "/cuenta/login/?next=%00//[", "/?x=%ed%a0%80",
        "/cuenta/password/reset/key/zzzzzzzzzzzzz-%00/",
    ],
)  # fmt: skip
def test_invalid_query_shows_the_page(stage: Stage, address: str) -> None:
    client = signed_in(stage.people[Role.COORDINATOR]) if "cuenta" not in address else Client()
    page = client.get(address)
    assert page.status_code == 200
    assert '"><b>' not in page.content.decode()


def test_line_break_in_the_hour_makes_no_header(stage: Stage) -> None:
    data = {
        "source": stage.informed.ref.reference,
        "key": "5d0a7fb6-6f63-4bd5-8d10-a7e8e2c1b3d5",
        "hour": "9\r\nX-Mia: 1\u202e",
    }
    response = signed_in(stage.people[Role.DIGITAL_STRATEGIST]).post("/publicaciones/borradores/", data)
    assert response.status_code == 302
    assert "X-Mia" not in response.headers
    assert response["Location"].endswith("editor/?hora=9%0D%0AX-Mia:%201%E2%80%AE".replace("%20", "+"))
    assert Publication.objects.filter(key=data["key"]).count() == 1


HTMX = ["http://[", "", "javascript:alert(1)", "//ajeno.example/x", "http://ajeno.example//ajeno.example/y", "\x7f"]


@pytest.mark.parametrize("current", HTMX)
def test_forged_htmx_headers_lead_to_no_other_site(stage: Stage, current: str) -> None:
    forged = {"HX-Request": "true", "HX-Current-URL": current, "HX-Target": "x\x00", "HX-Boosted": "tal vez"}
    response = Client(raise_request_exception=False).get("/", headers=forged)
    assert response.status_code == 401
    assert "HX-Redirect" not in response
    assert "ajeno" not in response.content.decode()
    signed = signed_in(stage.people[Role.COORDINATOR])
    address = f"/publicaciones/{stage.draft.pk}/"
    assert signed.get(address, headers=forged | {"HX-Trigger": "\u00f1"}).status_code == 200


@pytest.mark.parametrize("cookie", ['sessionid="\\000aaaaaaaaaa"', "sessionid=%", "sessionid=" + "a" * 4000,
                                    'csrftoken="\\000"', 'messages="\\000x"', "sessionid=ñandú-ñandú"])  # fmt: skip
def test_a_forged_cookie_is_no_session(db: None, cookie: str) -> None:
    client = Client(raise_request_exception=False, headers={"Cookie": cookie})
    assert client.get("/").status_code == 302
    assert client.get("/cuenta/login/").status_code == 200


def test_invalid_notice_is_refused_with_its_reason(stage: Stage, settings: Any) -> None:
    client = Client(raise_request_exception=False)
    path = f"/avisos/{stage.source.pk}/"
    address = "https://www.mincit.gov.co/n"
    bodies: list[Any] = [
        {"title": "t", "address": f"{address}/\ud800"},
        {"title": "\ud800\x00", "address": address},
        {"title": ["t"], "address": address},
        {"title": "t", "address": {"a": 1}},
        {"title": "t", "address": 2**70},
        {"title": "t", "address": "https://[::1"},
        {"title": "t", "address": address, "published_at": "9999-12-31"},
        {"title": "t", "address": address, "published_at": 1e308},
        {"title": "t" * 60_000, "address": address},
        {"title": "t", "address": f"https://{'a' * 600}.mincit.gov.co/"},
        [],
        None,
        1,
        "x",
        {"title": "t", "address": address, "section": "\u202e" * 200, "reference": "r" * 5000},
    ]
    raw = [json.dumps(body).encode() for body in bodies]
    raw += [b"", b"\xff\xfe", b"[" * 60_000, b'{"title": ' + b"9" * 6000 + b"}", b'{"a":1,"a":2}', b"NaN", b"\x00"]
    for body in raw:
        response = client.post(path, body, content_type="application/json", headers=_signed(body))
        assert response.status_code in {200, 201, 400, 403}, (body[:80], response.status_code)
        assert response.json()["mensaje"]
    assert Source.objects.get(pk=stage.source.pk).problem == ""


@pytest.mark.parametrize("length", ["", "-1", "9" * 30])
def test_notice_with_a_false_content_length_is_refused(stage: Stage, length: str) -> None:
    client = Client(raise_request_exception=False)
    response = client.generic("POST", f"/avisos/{stage.source.pk}/", b"{}", CONTENT_LENGTH=length)
    assert response.status_code in {400, 401, 413}


def _signed(body: bytes) -> dict[str, str]:
    import time

    from pregonero.newsroom.sources.webhook import HEADER, sign
    from tests.attack.conftest import SECRET

    return {HEADER: sign(SECRET, int(time.time()), body)}
