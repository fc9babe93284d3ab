"""What somebody outside the Group did is recorded with its proof, and the person confirms it in one tap."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone

from pregonero.errors import NotAllowed, NotFound, Refused, WrongState
from pregonero.people.models import ActOnBehalf, Entity, Member, Notice, Office, ProofFile, ProofKind
from pregonero.people.on_behalf import queries
from pregonero.people.on_behalf.actions import OutsideAct, Proof, confirm_act, dispute_act, record_act
from pregonero.people.roles import Role
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Event
from tests.conftest import member

pytestmark = pytest.mark.procedure("M-2")
SUBJECT = ObjectRef("publication", 7, "Balance de la feria")
CALL = Proof(ProofKind.CALL, "Olga Ríos llamó a Carmen Ortiz")


@pytest.fixture
def olga(entity: Entity) -> Member:
    return member(entity, "olga", "Olga Ríos", Role.MINISTER_OFFICE)


def outside_act(now: datetime, person: Member | None = None, **changes: object) -> OutsideAct:
    values: dict[str, object] = {
        "subject": SUBJECT,
        "what": "Pidió no publicar antes del jueves",
        "office": Office.MINISTER_OFFICE,
        "person_name": "" if person else "Olga Ríos",
        "acted_at": now - timedelta(hours=1),
        "proof": CALL,
        "person": person,
    }
    return OutsideAct(**(values | changes))  # type: ignore[arg-type]


def test_it_is_recorded_with_who_what_proof_and_subject(carmen: Member, now: datetime) -> None:
    stored = record_act(act=outside_act(now), by=carmen, now=now)
    event = Event.objects.get(event_type="act.recorded")
    assert event.related == ["publication:7"]
    assert event.facts["office"] == "MINISTER_OFFICE" and event.facts["proof"] == "CALL"
    assert event.actor["name"] == "Carmen Ortiz"
    assert queries.acts_about(SUBJECT, entity_id=carmen.entity_id) == [stored]
    assert queries.acts_about(ObjectRef("topic", 7), entity_id=carmen.entity_id) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"what": " "}, "Escribe qué decidió"),
        ({"person_name": " "}, "Escribe quién"),
        ({"proof": Proof(ProofKind.CALL, " ")}, "Falta la prueba"),
        ({"proof": Proof(ProofKind.FILE, "El oficio")}, "Falta el archivo"),
        ({"proof": Proof(ProofKind.FILE, "", "a.pdf", b"x" * (10 * 1024 * 1024 + 1))}, "10 MB"),
        ({"acted_at": datetime(2030, 1, 1, tzinfo=timezone.get_default_timezone())}, "ya haya pasado"),
    ],
)
def test_what_is_not_complete_is_refused_and_leaves_nothing(
    carmen: Member, now: datetime, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        record_act(act=outside_act(now, **changes), by=carmen, now=now)
    assert not ActOnBehalf.objects.exists() and not Event.objects.filter(event_type="act.recorded").exists()


def test_only_the_group_records_and_never_in_its_own_name(luis: Member, carmen: Member, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        record_act(act=outside_act(now), by=luis, now=now)
    with pytest.raises(Refused, match="Lo que hiciste tú"):
        record_act(act=outside_act(now, carmen), by=carmen, now=now)


def test_the_person_confirms_once_and_nobody_else_can(carmen: Member, olga: Member, now: datetime) -> None:
    act = record_act(act=outside_act(now, olga), by=carmen, now=now)
    assert Notice.objects.get(member=olga).path == "/actos/"
    with pytest.raises(NotAllowed, match="quien lo hizo"):
        confirm_act(act=act, by=carmen, now=now)
    confirm_act(act=act, by=olga, now=now)
    assert Event.objects.get(event_type="act.confirmed").related == ["publication:7"]
    with pytest.raises(WrongState):
        dispute_act(act=act, reason="No", by=olga, now=now)


def test_a_disputed_act_tells_who_recorded_it(carmen: Member, olga: Member, now: datetime) -> None:
    act = record_act(act=outside_act(now, olga), by=carmen, now=now)
    with pytest.raises(Refused, match="qué no es así"):
        dispute_act(act=act, reason=" ", by=olga, now=now)
    dispute_act(act=act, reason="Dije el viernes", by=olga, now=now)
    assert "no reconoce" in Notice.objects.get(member=carmen, kind="act.disputed").title


def test_another_person_or_entity_does_not_find_it(carmen: Member, olga: Member, dario: Member, now: datetime) -> None:
    act = record_act(act=outside_act(now), by=carmen, now=now)
    for person in (dario, olga):  # outside the Group, only their own
        with pytest.raises(NotFound):
            queries.get_act(member=person, pk=act.pk)


def test_database_refuses_to_change_or_delete_it(carmen: Member, olga: Member, now: datetime) -> None:
    act = record_act(act=outside_act(now, olga), by=carmen, now=now)
    confirm_act(act=act, by=olga, now=now)
    rows = ActOnBehalf.objects.filter(pk=act.pk)
    for change in ({"what": "Otra cosa"}, {"verdict": "DISPUTED", "verdict_reason": "x"}):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        rows.delete()


def test_database_refuses_a_verdict_without_a_person(carmen: Member, now: datetime) -> None:
    act = record_act(act=outside_act(now), by=carmen, now=now)
    with pytest.raises(IntegrityError, match="act_verdict_is_of_its_person"), transaction.atomic():
        ActOnBehalf.objects.filter(pk=act.pk).update(verdict="CONFIRMED", verdict_at=now)


def test_pages_record_with_a_file_and_confirm_in_one_tap(carmen: Member, olga: Member) -> None:
    browser, today = Client(), timezone.localdate()
    browser.force_login(carmen.user)
    form = {
        "what": "Autorizó la vocería",
        "office": "MINISTER_OFFICE",
        "person": olga.pk,
        "day": f"{today}",
        "hour": "00:00",
        "proof_kind": "FILE",
        "proof": "",
    }
    assert browser.post("/actos/nuevo/", form).status_code == 422, "a file is missing"
    letter = SimpleUploadedFile("oficio.html", b"<script>alert(1)</script>")
    assert browser.post("/actos/nuevo/", form | {"file": letter}).status_code == 302
    assert browser.get("/actos/nuevo/?sobre=publication:99").status_code == 404
    act = ActOnBehalf.objects.get()
    assert act.subject == ObjectRef("entity", carmen.entity_id, carmen.entity.name)
    file = browser.get(f"/actos/{act.pk}/archivo/")
    assert file.content == b"<script>alert(1)</script>" and file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")
    assert ProofFile.objects.get().digest == Event.objects.get(event_type="act.recorded").facts["file"]
    browser.force_login(olga.user)
    assert browser.get("/")["Location"] == "/actos/"
    page = browser.get("/actos/").content.decode()
    assert "Autorizó la vocería" in page and "Noticias" not in page
    assert browser.post(f"/actos/{act.pk}/desacuerdo/", {"reason": ""}).status_code == 422
    browser.post(f"/actos/{act.pk}/confirmacion/")
    act.refresh_from_db()
    assert act.verdict == "CONFIRMED"


def test_offices_outside_the_group_reach_nothing_else(olga: Member) -> None:
    browser = Client()
    browser.force_login(olga.user)
    for path in (
        "/noticias/",
        "/parrilla/",
        "/publicaciones/",
        "/conversacion/",
        "/cuentas/",
        "/buscar/?q=a",
        "/personas/",
    ):
        assert browser.get(path).status_code == 403, path
