"""Trying an address from a terminal: what the reader makes of it, without database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from pregonero.newsroom.trial import read_address, selectors_from
from tests.newsroom.reading.test_media import picture
from tests.newsroom.website import Website

ROOT = Path(__file__).resolve().parents[2]
FEED = """<rss version="2.0"><channel><item><title>Feria &lt;5 %</title><link>/n/feria mayo.html</link>
<guid>a-1</guid><pubDate>jue, 26 nov 2026 15:30:00 +0000</pubDate><description>{}</description></item></channel>
</rss>"""
PAGE = """<title>Feria</title><meta property="og:image" content="/foto">
<meta property="og:image:alt" content="Una feria"><article><h1>Feria</h1>
<p>El Ministerio informó que la feria de mayo abre sus puertas a quienes exportan.</p></article>"""


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "pregonero", "read", *arguments],
        cwd=ROOT,
        env={**environment, "PREGONERO_DATA": str(folder), "PREGONERO_PRIVATE_ADDRESSES_ALLOWED": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.procedure("P-1")
def test_read_prints_the_news_of_a_feed_as_json(site: Website, tmp_path: Path) -> None:
    link = site.put("/rss", FEED.format("palabra " * 100), "application/rss+xml")
    result = command(link, "--json", "--loopback", folder=tmp_path)
    report: dict[str, Any] = json.loads(result.stdout)
    assert (result.returncode, report["kind"], report["outcome"], report["message"]) == (0, "feed", "read", "")
    (news,) = report["items"]
    assert news["title"] == "Feria <5 %"
    assert (news["link"], news["instant"]) == (site.at("/n/feria%20mayo.html"), "2026-11-26T10:30:00-05:00")
    assert len(news["text"]) == 300
    assert not any(tmp_path.glob("media/*"))


def test_read_refuses_this_machine_without_the_flag(site: Website, tmp_path: Path) -> None:
    result = command(site.put("/n", PAGE), "--json", folder=tmp_path)
    report = json.loads(result.stdout)
    assert (result.returncode, report["outcome"], report["items"]) == (1, "refused", [])
    assert "red interna" in report["message"]


@pytest.mark.procedure("P-1")
def test_read_says_what_becomes_of_a_page_and_of_its_picture(site: Website, settings: Settings) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = []
    site.put("/foto", picture("PNG", (50, 40)), "binary/octet-stream")
    report = read_address(site.put("/n", PAGE), loopback=True)
    (page,) = report["items"]
    assert (report["kind"], page["title"], page["picture_alt"]) == ("page", "Feria", "Una feria")
    assert (page["picture_outcome"]["outcome"], page["picture_outcome"]["mime"]) == ("read", "image/png")
    assert settings.PRIVATE_ADDRESSES_ALLOWED == []
    site.put("/foto", "<html>", "text/html")
    assert "otro tipo" in read_address(site.at("/n"), loopback=True)["items"][0]["picture_outcome"]["message"]


def test_read_uses_the_selectors_of_a_listing(site: Website) -> None:
    link = site.put("/l", '<div class="c"><a href="n/feria mayo.html"><h3>Feria</h3></a></div>')
    report = read_address(link, selectors=selectors_from(["item=div.c", "title=h3"]))
    assert (report["kind"], report["items"][0]["link"]) == ("listing", site.at("/n/feria%20mayo.html"))
    assert read_address(link, kind="listing")["outcome"] == "refused"
    with pytest.raises(ValueError, match="no es CSS"):
        selectors_from(["item=div[", "title=h3"])


@pytest.mark.procedure("D-4")
def test_read_says_that_an_address_leads_to_another_page(site: Website) -> None:
    site.put("/no-encontrada", "<title>No está</title>")
    assert "otra página" in read_address(site.redirect("/n", "/no-encontrada"))["message"]


@pytest.mark.parametrize("body", ["hola", '<rss version="2.0"><channel>', "", "<p>sin título"])
def test_read_says_why_a_document_cannot_be_read(site: Website, body: str) -> None:
    report = read_address(site.put("/x", body))
    assert (report["outcome"], report["items"]) == ("refused", [])
    assert report["message"].endswith(".")
