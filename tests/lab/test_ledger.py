"""The judge: what it answers, and that it survives a restart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from lab.store.database import FILE
from tests.lab.process import Lab, Speaker, start


def test_ledger_filters_by_network_account_text_and_time(lab: Lab) -> None:
    one, two = Speaker(lab, lab.new_account("x")), Speaker(lab, lab.new_account("x"))
    one.http.post("/2/tweets", json={"text": "Café de Nariño"})
    lab.advance(1)
    now = lab.client.get("/healthz").json()["now"]
    one.http.post("/2/tweets", json={"text": "Aguacate del Cauca"})
    two.http.post("/2/tweets", json={"text": "Café del Huila"})

    assert [post["text"] for post in lab.posts(account=one.id, text="Café")] == ["Café de Nariño"]
    assert [post["text"] for post in lab.posts(account=one.id, since=now)] == ["Aguacate del Cauca"]
    assert lab.posts(account=one.id, network="facebook") == []
    sequence = [post["seq"] for post in lab.posts(network="x")]
    assert sequence == sorted(sequence)
    assert lab.posts(after=sequence[-1]) == []


def test_restart_shows_the_same_posts_at_the_same_addresses(tmp_path: Path) -> None:
    first = start(tmp_path)
    x = Speaker(first, first.account("x"))
    x.http.post("/2/tweets", json={"text": "Sigue ahí"})
    first.client.post("/accounts", json={"network": "x", "id": "77", "handle": "nueva", "token": "t77"})
    before, news = first.posts(), first.client.get("/sitio/feed.xml").text
    first.stop()

    second = start(tmp_path, first.port)
    try:
        assert second.posts() == before
        assert second.client.get(before[0]["url"]).status_code == 200
        assert second.client.get("/sitio/feed.xml").text == news
        assert second.client.get("/x/nueva").status_code == 200
        again = Speaker(second, second.account("x")).http.post("/2/tweets", json={"text": "Otra"})
        assert again.json()["data"]["id"] > before[0]["id"]
    finally:
        second.stop()


def test_publications_can_be_neither_changed_nor_removed(tmp_path: Path) -> None:
    running = start(tmp_path)
    Speaker(running, running.account("x")).http.post("/2/tweets", json={"text": "Escrito"})
    running.stop()

    with sqlite3.connect(tmp_path / FILE) as book:
        for change in ("UPDATE audit_log SET text='otro'", "DELETE FROM audit_log"):
            with pytest.raises(sqlite3.IntegrityError):
                book.execute(change)


def test_a_filter_that_makes_no_sense_is_refused(lab: Lab) -> None:
    assert lab.client.get("/ledger.json", params={"since": "ayer"}).status_code == 400
