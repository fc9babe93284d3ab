"""The audit log: its filters, its protection against changes, and that it survives a restart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from lab.store.database import FILE
from tests.lab.process import ApiClient, Lab, start


def test_ledger_filters_by_network_account_text_and_time(lab: Lab) -> None:
    one, two = ApiClient(lab, lab.new_account("x")), ApiClient(lab, lab.new_account("x"))
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
    x = ApiClient(first, first.account("x"))
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
        again = ApiClient(second, second.account("x")).http.post("/2/tweets", json={"text": "Otra"})
        assert again.json()["data"]["id"] > before[0]["id"]
    finally:
        second.stop()


def test_audit_log_cannot_be_changed(tmp_path: Path) -> None:
    running = start(tmp_path)
    ApiClient(running, running.account("x")).http.post("/2/tweets", json={"text": "Escrito"})
    running.stop()

    with sqlite3.connect(tmp_path / FILE) as database:
        for change in ("UPDATE audit_log SET text='otro'", "DELETE FROM audit_log"):
            with pytest.raises(sqlite3.IntegrityError):
                database.execute(change)


def test_invalid_filter_is_refused(lab: Lab) -> None:
    assert lab.client.get("/ledger.json", params={"since": "ayer"}).status_code == 400
