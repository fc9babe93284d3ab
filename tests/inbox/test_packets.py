"""The packet of a petition: what it has, how it reaches its office, and how it is erased (Q-5, N-7)."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from PIL import Image

from pregonero.errors import WrongState
from pregonero.inbox import petition_queries, queries
from pregonero.inbox.actions.contacts import erase_contact
from pregonero.inbox.actions.packets import ask_for_packet, store_packet
from pregonero.inbox.actions.petitions import PetitionOpening, open_petition
from pregonero.inbox.actions.triage import add_note, set_pqrsd_parameters, sort_conversation
from pregonero.inbox.models import Conversation, Petition, PetitionPacket
from pregonero.inbox.packets.capture import printable
from pregonero.inbox.packets.contents import packet_of, petition_data
from pregonero.inbox.petition_clock import PetitionKind
from pregonero.inbox.petitions import FEATURES, count_of, proposed_features
from pregonero.inbox.states import Question
from pregonero.inbox.tasks import mail_packet, make_packet
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import Write, post_at, read_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-5")
ASKED = 'Solicito copia del contrato de la feria. #read("/etc/passwd") $x$ *no* 🎉'


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write, ana: Member) -> Conversation:
    write(page, post_at(lab, page, "Balance de la feria"), ASKED)
    (found,) = read_all(page)
    return sort_conversation(conversation=found, question=Question.PETITION, reason="", by=ana, now=timezone.now())


@pytest.fixture
def petition(conversation: Conversation, ana: Member, citizen_relations: Member) -> Petition:
    add_note(conversation=conversation, text="Ojo: es amiga del director", by=ana, now=timezone.now())
    opening = PetitionOpening(PetitionKind.DOCUMENTS, dict.fromkeys(FEATURES, True), "rosa@correo.test")
    opened = open_petition(conversation=conversation, opening=opening, by=ana, now=timezone.now())
    return petition_queries.petition_to_pack(pk=opened.pk)


@pytest.fixture
def packet(petition: Petition) -> PetitionPacket:
    make_packet(petition_id=petition.pk)
    return PetitionPacket.objects.get()


def files_in(packet: PetitionPacket) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bytes(packet.content or b""))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_has_text_capture_network_hour_and_contact(packet: PetitionPacket, petition: Petition) -> None:
    files = files_in(packet)
    data = json.loads(files["peticion.json"])

    proofs = {"prueba-mensaje.json", "prueba-peticion.json"}
    assert set(files) == {"peticion.json", "peticion.txt", "captura.pdf", "captura-1.png"} | proofs
    assert data["texto"] == ASKED and files["peticion.txt"].decode().strip() == ASKED
    assert (data["red"], data["persona"]["nombre"]) == ("Facebook", "Rosa Mejía")
    assert data["persona"]["contacto"] == "rosa@correo.test"
    assert data["escrita"] == timezone.localtime(petition.message.written_at).isoformat(timespec="seconds")
    assert data["fecha_legal"]["vence"] == f"{count_of(petition).due_on}"
    assert data["fecha_legal"]["dias"][0]["numero"] == 0
    assert files["captura.pdf"].startswith(b"%PDF-")
    assert Image.open(io.BytesIO(files["captura-1.png"])).width > 800
    assert "amiga del director" not in json.dumps(data), "internal notes stay inside"


@pytest.mark.procedure("R-1")
def test_an_outsider_checks_offline_that_it_is_in_the_record(packet: PetitionPacket, tmp_path: Path) -> None:
    for name, content in files_in(packet).items():
        (tmp_path / name).write_bytes(content)

    def said(proof: str, *arguments: str) -> str:
        command = [sys.executable, "-I", "bin/check_evidence.py", str(tmp_path / proof), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout[:2]

    data, head = tmp_path / "peticion.json", json.loads((tmp_path / "prueba-mensaje.json").read_text())["head"]
    assert said("prueba-mensaje.json", str(data), head) == said("prueba-peticion.json", "", head) == "OK"
    assert said("prueba-mensaje.json", str(data), "0" * 64) == "NO"
    asked = json.loads(data.read_text())
    data.write_text(json.dumps(asked | {"texto": "Otra cosa"}), encoding="utf-8")
    assert said("prueba-mensaje.json", str(data)) == "NO"
    opened = json.loads((tmp_path / "prueba-peticion.json").read_text())
    changed = opened | {"event": opened["event"].replace("DOCUMENTS", "GENERAL")}
    (tmp_path / "prueba-peticion.json").write_text(json.dumps(changed), encoding="utf-8")
    assert said("prueba-peticion.json") == "NO"


def test_its_digest_is_in_the_record_and_it_is_the_same_when_made_again(
    packet: PetitionPacket, petition: Petition
) -> None:
    assert Event.objects.get(event_type="petition.packed").facts["sha256"] == packet.digest
    assert packet_of(petition) == bytes(packet.content or b"")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hola 🎉", "Hola [cañón_de_confeti]"),
        ("x" * 7000, "(sigue en peticion.json)"),
        ("مرحبا\u202e", "مرحبا"),
        ("#sys $a$ `b` <c>", "#sys $a$ `b` <c>"),
    ],
)
def test_any_text_can_be_drawn(petition: Petition, text: str, shown: str) -> None:
    petition.message.text = text
    petition.message.save()

    assert shown in printable(text)
    assert zipfile.ZipFile(io.BytesIO(packet_of(petition))).testzip() is None


def test_it_is_mailed_once_with_its_attachment(
    packet: PetitionPacket, petition: Petition, citizen_relations: Member, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.test"
    mail_packet(packet_id=packet.pk)
    assert mail.outbox == [], "without an address it is only downloaded"
    set_pqrsd_parameters(
        entity=petition.entity,
        address="https://www.mincit.gov.co/pqrsd",
        text="Escribe a PQRSD:",
        reason="Correo",
        email="peticiones@mincit.test",
        by=citizen_relations,
        now=timezone.now(),
    )
    for _ in range(2):
        mail_packet(packet_id=packet.pk)

    (message,) = mail.outbox
    assert message.to == ["peticiones@mincit.test"]
    ((name, content, kind),) = message.attachments
    assert (name, content, kind) == (f"peticion-{petition.pk}.zip", bytes(packet.content or b""), "application/zip")
    assert "Rosa" not in message.subject + message.body, "names are only in the packet"
    assert Event.objects.get(event_type="petition.mailed").facts["to"] == "peticiones@mincit.test"


def test_it_is_downloaded_and_its_capture_seen_by_who_may(
    packet: PetitionPacket, petition: Petition, citizen_relations: Member, luis: Member, dario: Member
) -> None:
    browser, path = Client(), f"/peticiones/{petition.pk}/paquete/"
    browser.force_login(citizen_relations.user)
    assert browser.get(path).content == bytes(packet.content or b"")
    assert browser.get(f"{path}captura.pdf")["Content-Type"] == "application/pdf"
    assert browser.get(f"{path}peticion.txt").status_code == 404, "only known files are shown"
    assert "Ver la captura" in browser.get(f"/peticiones/{petition.pk}/").content.decode()
    for person, status in ((luis, 403), (dario, 404)):
        browser.force_login(person.user)
        assert browser.get(path).status_code == status


@pytest.mark.procedure("N-7")
def test_erasing_the_person_empties_the_packet_and_none_is_made_again(
    packet: PetitionPacket, petition: Petition, carmen: Member, citizen_relations: Member
) -> None:
    now, content = timezone.now(), bytes(packet.content or b"")
    PetitionPacket.objects.update(mailed_to="peticiones@mincit.test", mailed_at=now)
    contact = petition.message.contact
    assert contact is not None
    erase_contact(contact=contact, reason="Lo pidió", by=carmen, now=now)

    packet.refresh_from_db()
    petition.refresh_from_db()
    assert (packet.content, packet.erased_at, petition.contact_given) == (None, now, "")
    tombstone = Event.objects.get(event_type="contact.erased")
    assert (tombstone.facts["packets"], tombstone.facts["packets_mailed"]) == (1, 1)
    assert citizen_relations.notices.filter(kind="contact.erased").exists(), "what was mailed is deleted there"
    assert store_packet(petition=petition, content=content, now=now) is None, "a job that was making one"
    with pytest.raises(WrongState, match="se borraron"):
        ask_for_packet(petition=petition_queries.petition_to_pack(pk=petition.pk), by=carmen, now=now)
    mail_packet(packet_id=packet.pk)
    assert mail.outbox == []
    browser = Client()
    browser.force_login(carmen.user)
    assert browser.get(f"/peticiones/{petition.pk}/paquete/").status_code == 409


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Solicito copia del contrato", {"respectful": True, "asks_something": True}),
        ("Ratas, ¿cuándo pagan?", {"respectful": False, "asks_something": True}),
        ("Qué bonita feria", {"respectful": True, "asks_something": False}),
    ],
)
def test_the_features_are_proposed_from_the_message(
    conversation: Conversation, text: str, expected: dict[str, bool]
) -> None:
    message = queries.last_message_of(conversation)
    assert message is not None
    message.text = text
    proposed = proposed_features(message)

    assert {name: proposed[name][0] for name in expected} == expected
    assert proposed["identified"] == (True, "firma como Rosa Mejía")
    message.contact = None
    assert proposed_features(message)["identified"][0] is False


def test_what_a_petition_lacks_is_recorded_too(conversation: Conversation, ana: Member) -> None:
    browser = Client()
    browser.force_login(ana.user)
    form = {"kind": "GENERAL", "features": ["respectful"], "priority": "JOURNALIST"}
    browser.post(f"/conversacion/{conversation.pk}/peticion/", form)

    facts = Event.objects.get(event_type="petition.opened").facts
    assert facts["features"] == {name: name == "respectful" for name in FEATURES}
    assert facts["priority"] == "JOURNALIST"


def test_what_was_not_a_petition_is_recorded_too(conversation: Conversation, ana: Member) -> None:
    sort_conversation(
        conversation=conversation, question=Question.NONE, reason="Era un saludo", by=ana, now=timezone.now()
    )
    facts = Event.objects.filter(event_type="conversation.sorted").latest("pk").facts
    assert (facts["earlier"], facts["question"]) == ("PETITION", "NONE")


def test_the_data_of_a_packet_is_that_of_the_petition_now(petition: Petition) -> None:
    petition.number, petition.numbered_by, petition.numbered_at = "2026-7", petition.opened_by, timezone.now()
    petition.opened_at += timedelta(0)
    assert petition_data(petition)["radicado"] == "2026-7"
