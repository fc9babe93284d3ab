"""The checks that the system makes by itself: FB-1, FB-4, FB-6 and ALL-1, with the network's answer as evidence."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pregonero.controls import access_queries
from pregonero.controls.actions.access import link_administrator
from pregonero.controls.actions.register import adopt_catalog
from pregonero.controls.automatic import is_due
from pregonero.controls.models import AdministratorLink, Check, ControlVersion, Finding, FindingState, Incident
from pregonero.controls.states import EvidenceKind, Result
from pregonero.controls.tasks import check_automatically
from pregonero.errors import NotAllowed, NotFound, Refused
from pregonero.moderation.actions.network_lists import store_network_list, store_network_list_problem
from pregonero.moderation.actions.restrictions import open_readings, store_reading_problem, store_restricted
from pregonero.moderation.models import DailyClose, RestrictionReading, WordListVersion
from pregonero.moderation.tasks import read_restrictions
from pregonero.networks.interactions import Author
from pregonero.networks.models import Account
from pregonero.people.models import Employment, Member
from tests.inbox.conftest import account_of
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("FB-1", "FB-4", "FB-6", "ALL-1")
FULL = ["MANAGE", "CREATE_CONTENT", "MODERATE", "ANALYZE"]
ANA_THERE = {"id": "501", "name": "Ana R.", "tasks": FULL}
MARTA_THERE = {"id": "502", "name": "Marta G.", "tasks": FULL, "user_type": "BUSINESS_USER"}
SYSTEM_USER = {"id": "900", "name": "Pregonero", "tasks": FULL, "user_type": "SYSTEM_USER"}
WRITER = {"id": "503", "name": "Luis P.", "tasks": ["CREATE_CONTENT"]}


@pytest.fixture
def page(lab: Lab, carmen: Member, settings: Settings) -> Account:
    """A page of Facebook connected to the laboratory, with the controls of its entity."""
    account = account_of(lab, "facebook", carmen, settings)
    adopt_catalog(entity=carmen.entity, now=timezone.now())
    return account


def set_audit(lab: Lab, page: Account, **fields: Any) -> None:
    lab.client.post("/page_audit", json={"account": page.remote_id, **fields}).raise_for_status()


def check(code: str) -> Check:
    """Run the checks that are due, and return the last one of a control."""
    check_automatically(timestamp=int(timezone.now().timestamp()))
    return Check.objects.filter(control__code=code).latest("pk")


def link(page: Account, by: Member, remote_id: str, member: Member | None) -> None:
    is_ours = member is None
    now = timezone.now()
    link_administrator(account=page, remote_id=remote_id, member=member, is_own_system_user=is_ours, by=by, now=now)


def test_two_administrators_are_met_once_each_is_known(
    lab: Lab, page: Account, ana: Member, marta: Member, carmen: Member, dario: Member
) -> None:
    set_audit(lab, page, roles=[ANA_THERE, WRITER], assigned_users=[MARTA_THERE, SYSTEM_USER])
    first = check("FB-1")
    assert first.result == Result.NOT_MET and "tiene 3 administradores" in first.note
    (piece,) = first.evidence.all()
    assert (piece.kind, set(json.loads(piece.body))) == (EvidenceKind.ANSWER, {"roles", "assigned_users"})
    assert Finding.objects.get(control__code="FB-1").state == FindingState.OPEN

    for bad, error in ((ana, Refused), (dario, NotFound)):
        with pytest.raises(error):
            link_administrator(
                account=page, remote_id="501", member=bad, is_own_system_user=bad == ana, by=carmen, now=timezone.now()
            )
    with pytest.raises(NotFound):
        link(page, carmen, "503", ana)  # a writer does not administer
    with pytest.raises(NotAllowed):
        link(page, ana, "501", ana)
    link(page, carmen, "900", None)
    link(page, carmen, "501", ana)
    link(page, carmen, "502", marta)
    assert check("FB-1").result == Result.MET
    assert Finding.objects.get(control__code="FB-1").state == FindingState.CLOSED
    count = Check.objects.filter(control__code="FB-1").count()
    assert check("FB-1") and Check.objects.filter(control__code="FB-1").count() == count  # not due

    Member.objects.filter(pk=marta.pk).update(employment=Employment.CONTRACTOR, ends_on=timezone.localdate())
    link(page, carmen, "502", marta)
    assert "una persona de planta" in check("FB-1").note


def test_the_access_review_names_who_and_flags_what_is_wrong(
    lab: Lab, page: Account, ana: Member, luis: Member, carmen: Member
) -> None:
    set_audit(lab, page, roles=[ANA_THERE, {**ANA_THERE, "id": "504"}, {**ANA_THERE, "id": "505", "name": "Nadie"}])
    check("FB-1")
    link(page, carmen, "501", luis)
    link(page, carmen, "504", luis)
    yesterday = timezone.localdate() - timedelta(days=1)
    Member.objects.filter(pk=luis.pk).update(employment=Employment.CONTRACTOR, ends_on=yesterday)
    Member.objects.filter(pk=ana.pk).update(employment=Employment.CONTRACTOR, ends_on=yesterday + timedelta(days=9))
    (account,) = access_queries.access_review(carmen.entity, day=timezone.localdate())
    kinds = sorted(flag.partition(":")[0] for flag in account.flags)
    assert kinds == ["Contrato terminado", "Huérfano", "Repetido", "Rol que no corresponde", "Sin uso"]

    client = Client()
    client.force_login(carmen.user)
    shown = client.get("/seguridad/accesos/").content.decode()
    for words in ("nadie dice quién es Nadie", "Contratos que terminan en 30 días", "Ana Rojas"):
        assert words in shown
    path = f"/seguridad/accesos/{page.pk}/505/"
    assert client.post(path, {"member": ""}).status_code == 422
    assert client.post(path, {"member": ana.pk}).status_code == 302
    assert client.get(f"/seguridad/accesos/{page.pk}/777/").status_code == 404


def test_what_meta_holds_against_the_page_is_a_finding_with_its_words(lab: Lab, page: Account, carmen: Member) -> None:
    assert check("FB-6").result == Result.MET
    violation = {"type": "SPAM", "description": "The Page shared spam.", "url": "https://www.facebook.com/help/1"}
    limit = {"feature": "page_publish", "description": "The Page can't publish."}
    set_audit(lab, page, page_status={"status": "restricted", "violations": [violation], "restrictions": [limit]})
    AdministratorLink.objects.create(account=page, remote_id="501", by=carmen, at=timezone.now())  # asks again
    failed = check("FB-6")
    assert failed.result == Result.NOT_MET
    assert (
        failed.note
        == "Meta restringió la página. Infracción: The Page shared spam. Restricción: The Page can't publish."
    )
    assert "SPAM" in failed.evidence.get().body


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("FB-1", {"roles": [{"id": "1", "name": "Ana", "tasks": "MANAGE"}]}),
        ("FB-1", {"roles": [{"id": "1", "name": "Ana"}]}),
        ("FB-1", {"roles": ["Ana"]}),
        ("FB-1", {"roles": []}),
        ("FB-6", {"page_status": {"status": "fine"}}),
        ("FB-6", {"page_status": {"status": ["ok"]}}),
        ("FB-6", {"page_status": {"status": "restricted", "violations": [{"type": "SPAM"}]}}),
        ("FB-6", {"page_status": {"status": "restricted", "violations": "SPAM"}}),
    ],
)
def test_an_answer_of_another_shape_is_not_verifiable_today(
    lab: Lab, page: Account, code: str, fields: dict[str, Any]
) -> None:
    set_audit(lab, page, **fields)
    made = check(code)
    assert (made.result, made.note) == (Result.UNVERIFIABLE, "Facebook respondió algo que no entendimos.")
    assert not Finding.objects.exists()


def test_a_network_that_does_not_answer_is_asked_again_hours_later(lab: Lab, page: Account) -> None:
    lab.fault(kind="status", code=500, network="facebook", account=page.remote_id, endpoint="read", times=50)
    made = check("FB-6")
    assert made.result == Result.UNVERIFIABLE and made.note
    assert check("FB-6").pk == made.pk
    version, later = ControlVersion.objects.get(control__code="FB-6"), timezone.now() + timedelta(hours=7)
    assert is_due(version, made, now=later)


def test_somebody_blocked_opens_an_incident_that_closes_by_itself_with_both_evidences(page: Account) -> None:
    now = timezone.now()
    open_readings(accounts=[page], now=now)
    reading = RestrictionReading.objects.get()
    check_automatically(timestamp=0)
    assert not Check.objects.filter(control__code="ALL-1").exists()  # nobody read the list yet
    store_restricted(reading=reading, people=[], now=now)
    assert check("ALL-1").result == Result.MET

    store_restricted(reading=reading, people=[Author("1", name="Rosa Mejía")], now=timezone.now())
    blocked = check("ALL-1")
    assert blocked.result == Result.NOT_MET and "Rosa" not in blocked.evidence.get().body + blocked.note
    assert json.loads(blocked.evidence.get().body)["hallazgos"][0]["personas"] == 1
    incident = Incident.objects.get()
    assert check("ALL-1").pk == blocked.pk  # nothing changed

    store_reading_problem(reading=reading, reason="Facebook no respondió.", now=timezone.now())
    assert check("ALL-1").pk == blocked.pk  # what was found stays
    store_restricted(reading=reading, people=[], now=timezone.now())
    empty = check("ALL-1")
    incident.refresh_from_db()
    assert empty.result == Result.MET and incident.closed_at is not None
    assert empty.evidence.get().sha256 != blocked.evidence.get().sha256
    assert all(step.by is None and str(empty.pk) in step.note for step in incident.steps.all())


@pytest.mark.parametrize("network", ["x", "facebook"])
def test_somebody_blocked_by_hand_at_the_network_is_an_incident_until_they_are_unblocked(
    network: str, lab: Lab, carmen: Member, settings: Settings
) -> None:
    """The whole way: the network's list is read by its job, and the check looks at what was read."""
    account = account_of(lab, network, carmen, settings)
    adopt_catalog(entity=carmen.entity, now=timezone.now())

    def block(*people: dict[str, str]) -> Check:
        body = {"account": account.remote_id, "kind": "BLOCK", "people": list(people)}
        lab.client.post("/restrictions", json=body).raise_for_status()
        RestrictionReading.objects.update(next_read_at=timezone.now() - timedelta(seconds=1))
        read_restrictions(timestamp=int(timezone.now().timestamp()))
        return check("ALL-1")

    assert block().result == Result.MET
    blocked = block({"id": "9001", "name": "Rosa Mejía", "username": "rosa"})
    incident = Incident.objects.get()
    assert (blocked.result, incident.closed_at) == (Result.NOT_MET, None)

    unblocked = block()
    incident.refresh_from_db()
    assert (unblocked.result, incident.closed_at is not None) == (Result.MET, True)
    assert blocked.evidence.get().sha256 != unblocked.evidence.get().sha256


def test_the_words_of_the_page_are_compared_with_the_list_in_force(page: Account) -> None:
    check_automatically(timestamp=0)
    assert not Check.objects.filter(control__code="FB-4").exists()
    store_network_list(account=page, words=["idiota"], now=timezone.now())
    assert "no tiene una lista de palabras en vigor" in check("FB-4").note
    store_network_list_problem(account=page, reason="Facebook no respondió.", now=timezone.now())
    assert check("FB-4").result == Result.UNVERIFIABLE


def test_the_words_of_the_page_are_those_of_the_list_in_force(page: Account, ana: Member, beto: Member) -> None:
    """Capitals and accents are no difference; what lacks or is too much is a finding until the page has the list."""
    words, now = ("idiota", "vendido"), timezone.now()
    terms = [[word, "INSULT", False, ""] for word in words]
    trial = {"read": 0, "hits": 0, "criticism": 0, "terms": [], "examples": []}
    signed: dict[str, Any] = {"by": ana, "at": now, "tried_at": now, "in_force_at": now, "asked_by": beto}
    version = WordListVersion.objects.create(
        account=page, number=3, terms=terms, digest="0" * 64, reason="Abril", state="IN_FORCE", trial=trial, **signed
    )

    def read(*theirs: str) -> Check:
        store_network_list(account=page, words=list(theirs), now=timezone.now())
        return check("FB-4")

    met = read("IDIÓTA", "vendido")
    assert (met.result, json.loads(met.evidence.get().body)["lista"]) == (Result.MET, version.number)
    assert read("idiota", "vendido").pk == met.pk  # the same until its week ends
    failed = read("vendido", "bobo", "tonto")
    assert (failed.result, failed.note) == (Result.NOT_MET, "A la página le falta una palabra y tiene 2 de más.")
    assert Finding.objects.get(control__code="FB-4").state == FindingState.OPEN
    off = read()  # nobody has words there: moderation by words is off
    assert off.pk == failed.pk and json.loads(failed.evidence.get().body)["en_la_red"] == ["bobo", "tonto", "vendido"]
    assert read("vendido", "idiota").result == Result.MET
    assert Finding.objects.get(control__code="FB-4").state == FindingState.CLOSED


@pytest.mark.procedure("FB-5")
@pytest.mark.parametrize(("seen", "result"), [(4, Result.MET), (3, Result.NOT_MET)])
def test_the_close_of_each_day_is_its_check_once(page: Account, ana: Member, seen: int, result: Result) -> None:
    given: dict[str, Any] = {"delivered": 4, "seen": seen, "hidden": 0, "held": 0, "was_read": True}
    day = timezone.localdate() - timedelta(days=1)
    DailyClose.objects.create(account=page, day=day, **given, reason="Se cayó la red.", by=ana, at=timezone.now())
    for _ in range(2):
        made = check("FB-5")
    assert (made.result, Check.objects.filter(control__code="FB-5").count()) == (result, 1)
    assert json.loads(made.evidence.get().body)["seen"] == seen
    assert not Finding.objects.filter(control__code="FB-5").exists()  # the open day is the coordinator's
