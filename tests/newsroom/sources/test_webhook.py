"""The signature and the key of a notice."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.newsroom.sources.webhook import TOLERANCE, delivery_key, sign, signed_at

DOCUMENT = Path(__file__).parents[3] / "docs" / "formats" / "aviso-de-la-sede.md"
SECRET, BODY, WHEN = "un-secreto-de-prueba-largo", b'{"title": "Hola"}', 1_795_500_000


def test_sign_gives_the_vector_of_the_format_document() -> None:
    found = re.search(r"```json vector\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    vector = json.loads(found.group(1))
    body = vector["cuerpo"].encode()
    assert sign(vector["secreto"], vector["t"], body) == vector["X-Pregonero-Signature"]
    assert signed_at(vector["secreto"], vector["X-Pregonero-Signature"], body, now=vector["t"]) == vector["t"]


@given(
    secret=st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])),
    when=st.integers(0, 10**11),
    body=st.binary(max_size=200),
)
def test_signed_at_accepts_what_sign_signed(secret: str, when: int, body: bytes) -> None:
    assert signed_at(secret, sign(secret, when, body), body, now=when) == when


@given(body=st.binary(max_size=50), place=st.integers(0, 49), bit=st.integers(0, 7))
def test_a_body_with_one_changed_bit_is_refused(body: bytes, place: int, bit: int) -> None:
    header = sign(SECRET, WHEN, body)
    changed = bytearray(body or b"x")
    changed[place % len(changed)] ^= 1 << bit
    assert signed_at(SECRET, header, bytes(changed), now=WHEN) is None


@pytest.mark.parametrize("away", [-TOLERANCE, 0, TOLERANCE])
def test_a_signature_up_to_five_minutes_away_is_accepted(away: int) -> None:
    assert signed_at(SECRET, sign(SECRET, WHEN, BODY), BODY, now=WHEN + away) == WHEN


@pytest.mark.parametrize("away", [-TOLERANCE - 1, TOLERANCE + 1])
def test_a_signature_more_than_five_minutes_away_is_refused(away: int) -> None:
    assert signed_at(SECRET, sign(SECRET, WHEN, BODY), BODY, now=WHEN + away) is None


def test_a_signature_of_another_time_or_secret_is_refused() -> None:
    header = sign(SECRET, WHEN, BODY)
    assert signed_at(SECRET, header.replace(str(WHEN), str(WHEN + 1)), BODY, now=WHEN) is None
    assert signed_at("otro-secreto", header, BODY, now=WHEN) is None


@given(st.text(max_size=120))
def test_any_other_header_is_refused_without_error(header: str) -> None:
    assert signed_at(SECRET, header, BODY, now=WHEN) is None


def test_delivery_key_depends_on_the_time_and_the_body() -> None:
    assert delivery_key(1, b"a") == delivery_key(1, b"a")
    assert len({delivery_key(1, b"a"), delivery_key(2, b"a"), delivery_key(1, b"b")}) == 3
