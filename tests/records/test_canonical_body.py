"""The sealed body of an event has exactly one written form."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pregonero.records import canonical_body
from pregonero.records.models import Event
from tests.records.acts import record_act
from tests.records.third_party import FOLDER, files, needs_shared_data

KEYS = st.text(st.characters(codec="ascii"), max_size=8)
SAFE = st.integers(-canonical_body.LARGEST_INTEGER, canonical_body.LARGEST_INTEGER)
PLAIN = st.none() | st.booleans() | SAFE | st.text(st.characters(codec="utf-8"), max_size=8)
FACTS = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


@needs_shared_data
@pytest.mark.parametrize("path", files("json-canonicalization/input/*.json"), ids=lambda path: path.stem)
def test_canonical_matches_the_vectors_of_rfc_8785(path: Path) -> None:
    expected = (FOLDER / "json-canonicalization" / "outhex" / f"{path.stem}.txt").read_text()
    assert canonical_body.canonical(json.loads(path.read_text())) == bytes.fromhex("".join(expected.split()))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KEYS, FACTS, max_size=4))
def test_canonical_equals_plain_json_with_sorted_keys(facts: dict[str, object]) -> None:
    canonical_body.check_facts(facts)
    plain = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert canonical_body.canonical(facts) == plain


def test_instant_is_in_utc_with_six_decimals() -> None:
    bogota = datetime(2026, 11, 24, 9, 0, 0, 250, tzinfo=timezone(timedelta(hours=-5)))
    assert canonical_body.instant(bogota) == "2026-11-24T14:00:00.000250Z"


def test_leaf_of_a_stored_event_equals_that_of_the_recorded_one(db: None) -> None:
    event = record_act(reason="Por el paro")
    stored = Event.objects.get(pk=event.pk)
    assert canonical_body.leaf_of(stored) == canonical_body.leaf_of(event)


@pytest.mark.procedure("N-7")
def test_event_body_has_the_digest_of_a_text_and_not_the_text(db: None) -> None:
    written = canonical_body.canonical(canonical_body.event_body(record_act(reason="La llamó doña Inés"))).decode()
    assert "Inés" not in written
    assert '"digests":{"reason":"' in written
