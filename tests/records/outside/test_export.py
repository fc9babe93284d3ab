"""An export of the records is checked without the system, and any change of it is found and named."""

import json
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pregonero.records.actions import ObjectRef, seal_events
from pregonero.records.models import Checkpoint, Event
from pregonero.records.outside.actions import make_checkpoint
from pregonero.records.outside.export import export_lines, selection_lines
from tests.records.acts import AT, ENTITY, record_act, record_and_seal
from tests.records.outside.checker import check_records, run, verdict

pytestmark = [pytest.mark.procedure("R-1", "R-2")]


def export() -> list[bytes]:
    """Return the lines of an export with four batches and two checkpoints."""
    record_and_seal([1, 3, 2])
    assert make_checkpoint(entity_id=ENTITY, now=AT) is not None
    for number in range(50, 55):
        record_act(number, reason="Por el paro")
    seal_events(entity_id=ENTITY, now=AT)
    make_checkpoint(entity_id=ENTITY, now=AT)
    return list(export_lines(ENTITY))


@pytest.fixture(scope="module")
def lines(django_db_setup: None, django_db_blocker) -> list[bytes]:  # type: ignore[no-untyped-def]
    """Return the lines of an export, made once for all the changes that are tried on it."""
    from tests.databases import as_default_database, fresh_database

    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        return export()


def test_a_good_export_is_accepted_by_the_program_alone(lines: list[bytes], tmp_path: Path) -> None:
    file, noted = tmp_path / "registros.jsonl", tmp_path / "punto.txt"
    file.write_bytes(b"".join(lines))
    checkpoints = [json.loads(line) for line in lines if line.startswith(b'{"checkpoint":"') and b"consistency" in line]
    noted.write_text(checkpoints[0]["checkpoint"])
    result = run(file, "--checkpoint", noted, "--key", json.loads(lines[0])["key"])
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("SÍ: 11 registros como se sellaron; lotes: 4; puntos de control: 2")


def test_another_key_or_another_history_is_refused(lines: list[bytes]) -> None:
    content = b"".join(lines)
    assert "otra llave" in verdict(content, key="otra+00000000+AAAA")
    other = check_records.Checkpoint("x", 6, bytes(32), ())
    assert "punto de control anotado" in verdict(content, noted=[other])
    later = check_records.Checkpoint("x", 600, bytes(32), ())
    assert "trae menos" in verdict(content, noted=[later])


def test_each_kind_of_change_is_named_with_its_line(lines: list[bytes]) -> None:
    """Lines: 1 the header, 2 an event, 3 its batch, 4 to 6 three events, 7 their batch, 8 and 9 two events…"""
    assert verdict(b"".join(lines)) == ""
    altered = [line.replace("«2»".encode(), "«9»".encode()) for line in lines]
    assert verdict(b"".join(altered)).startswith("línea 5: el registro 3 no dice lo mismo")
    removed = lines[:4] + lines[5:]
    assert verdict(b"".join(removed)).startswith("línea 5: aquí va el registro 3 y está el 4")
    inserted = [*lines[:5], lines[4], *lines[5:]]
    assert verdict(b"".join(inserted)).startswith("línea 6: aquí va el registro 4 y está el 3")
    swapped = [*lines[:3], lines[4], lines[3], *lines[5:]]
    assert verdict(b"".join(swapped)).startswith("línea 4: aquí va el registro 2 y está el 3")
    without_batch = lines[:6] + lines[7:]
    assert verdict(b"".join(without_batch)).startswith("línea 9: aquí va el lote 2")
    without_end = lines[:-1]
    assert verdict(b"".join(without_end)).endswith("el archivo termina antes de tiempo")
    assert "después del final" in verdict(b"".join([*lines, lines[1]]))


def test_a_forged_record_with_its_digest_is_still_named_within_its_batch(lines: list[bytes]) -> None:
    import hashlib

    line = lines[4].replace("«2»".encode(), "«9»".encode())
    body = line[line.index(b'"event":') + 8 : -76]
    forged = [*lines[:4], line[:-67] + hashlib.sha256(b"\x00" + body).hexdigest().encode() + b'"}\n', *lines[5:]]
    assert "una de las líneas 4 a 6 no es la que selló el lote 2" in verdict(b"".join(forged))


CHANGES = ("flip", "delete byte", "insert byte", "delete line", "repeat line", "swap lines", "cut")


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, int, int]:
    return draw(st.sampled_from(CHANGES)), draw(st.integers(0, 10**6)), draw(st.integers(1, 255))


def changed(lines: list[bytes], change: tuple[str, int, int]) -> bytes:
    """Return the export with one change: of a byte, of a line, or of its length."""
    kind, where, value = change
    content = bytearray(b"".join(lines))
    at, line = where % len(content), where % len(lines)
    if kind == "flip":
        content[at] ^= value
    elif kind == "delete byte":
        del content[at]
    elif kind == "insert byte":
        content.insert(at, value)
    elif kind == "cut":
        del content[at:]
    else:
        moved = list(lines)
        if kind == "delete line":
            del moved[line]
        elif kind == "repeat line":
            moved.insert(line, moved[line])
        else:
            other = (line + 1 + value % (len(moved) - 1)) % len(moved)
            moved[line], moved[other] = moved[other], moved[line]
        return b"".join(moved)
    return bytes(content)


ANY = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(ANY, max_examples=30)
@given(changes())
def test_any_single_change_is_found(lines: list[bytes], change: tuple[str, int, int]) -> None:
    assert verdict(changed(lines, change)).startswith("línea ")


@pytest.mark.slow
@settings(ANY, max_examples=1_000)
@given(changes())
def test_a_thousand_single_changes_are_found(lines: list[bytes], change: tuple[str, int, int]) -> None:
    assert verdict(changed(lines, change)).startswith("línea ")


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{", b"[" * 100_000 + b"\n", b"\xff\xfe\n", b"{}\n", b'{"format":1}\n', b"x" * (9 << 20)],
    ids=["empty", "blank", "cut", "deep", "not text", "without a digest", "another format", "endless line"],
)
def test_what_is_no_export_ends_with_a_sentence(content: bytes) -> None:
    assert verdict(content).startswith("línea 1: ")


def test_program_ends_with_one_and_a_sentence_without_the_file(tmp_path: Path) -> None:
    result = run(tmp_path / "nada.jsonl")
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.startswith("NO: ")


@pytest.mark.django_db
def test_export_of_a_row_that_a_superuser_changed_is_refused_in_its_line() -> None:
    event_id = record_and_seal([2, 2])[2]
    make_checkpoint(entity_id=ENTITY, now=AT)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE records_event DISABLE TRIGGER ALL")
        cursor.execute("UPDATE records_event SET label = 'Otra' WHERE id = %s", [event_id])
    assert verdict(b"".join(export_lines(ENTITY))).startswith("línea 5: el registro 3 no dice lo mismo")


@pytest.mark.django_db
def test_a_selection_has_the_proof_of_each_record_and_a_signed_list() -> None:
    event_ids = record_and_seal([3, 4, 2])
    make_checkpoint(entity_id=ENTITY, now=AT)
    events = list(Event.objects.filter(pk__in=[event_ids[1], event_ids[4], event_ids[8]]))
    lines = list(selection_lines(ENTITY, events, ObjectRef("publication", 1)))
    assert verdict(b"".join(lines)) == ""
    assert "registro 5" in verdict(b"".join([*lines[:2], *lines[3:]]))
    assert "registro 5" in verdict(b"".join(lines).replace("«4»".encode(), "«5»".encode()))


@pytest.mark.django_db
def test_a_checkpoint_goes_on_from_the_one_before_and_is_made_once() -> None:
    record_and_seal([2])
    first = make_checkpoint(entity_id=ENTITY, now=AT)
    assert make_checkpoint(entity_id=ENTITY, now=AT) == first
    record_act(9)
    seal_events(entity_id=ENTITY, now=AT)
    second = make_checkpoint(entity_id=ENTITY, now=AT)
    assert [row.size for row in Checkpoint.objects.order_by("size")] == [2, 3]
    assert second is not None and second.note.startswith("127.0.0.1:8800/registros/1\n3\n")
