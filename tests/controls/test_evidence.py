"""What is taken as evidence: a picture chosen or pasted, a PDF shown as a PDF, a text; nothing that runs."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser

from pregonero.controls.models import Check, Control, Evidence
from pregonero.controls.states import EvidenceKind
from pregonero.media.errors import UnsupportedFile
from pregonero.media.sandbox.runner import INSPECTION_LIMITS, run
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.controls.test_pages_as_seen import capture, client
from tests.ui.browser import Answer, answers_of, in_browser, open_page

__all__ = ["client"]
pytestmark = pytest.mark.procedure("X-1", "N-6")


def pdf(catalog: str = "<<>>", encryption: pikepdf.Encryption | None = None) -> bytes:
    """Return a PDF of one page with more entries in its catalog, which compressed object streams hide from a search."""
    document, out = pikepdf.new(), BytesIO()
    document.add_blank_page()
    for name, value in pikepdf.Object.parse(catalog.encode()).items():
        document.Root[name] = document.make_indirect(value)
    packed = pikepdf.ObjectStreamMode.disable if encryption else pikepdf.ObjectStreamMode.generate
    document.save(out, object_stream_mode=packed, encryption=encryption or False)
    return out.getvalue()


PDF = pdf()
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PASTE = """() => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(2048)], "image.png", { type: "image/png" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
  return [...document.querySelector('input[name="capture"]').files].map(({ name }) => name);
}"""


def file(content: bytes, name: str) -> BytesIO:
    made = BytesIO(content)
    made.name = name
    return made


def form(**fields: object) -> dict[str, object]:
    return {"result": "MET", "observed_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", **fields}


@pytest.fixture
def path(controls: dict[str, Control], accounts: dict[str, Account], media_folder: Path) -> str:
    return f"/seguridad/controles/{controls['X-1'].pk}/cuentas/{accounts['x'].pk}/revision/"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (HTML, "captura.html"),
        (HTML, "captura.png"),
        (HTML, "acta.pdf"),
        (SVG, "captura.svg"),
        (b"#!/bin/sh\nrm -rf /\n", "captura.jpg"),
        (PDF[:-6], "acta.pdf"),
        (PDF + b"1 0 obj <</S /JavaScript /JS (app.alert(1))>> endobj\nstartxref\n9\n%%EOF\n", "acta.pdf"),
        (pdf("<</OpenAction <</S /JavaScript /JS (app.alert(1))>>>>"), "acta.pdf"),
        (pdf("<</OpenAction <</S /J#61vaScript /J#53 (app.alert(1))>>>>"), "acta.pdf"),
        (pdf("<</AA <</WC <</S /Launch /F (cmd.exe)>>>>>>"), "acta.pdf"),
        (pdf("<</Names <</EmbeddedFiles <</Names []>>>>>>"), "acta.pdf"),
        (pdf("<</AcroForm <</XFA (x) /Fields []>>>>"), "acta.pdf"),
        (pdf("<</Deep [[[<</S /SubmitForm /F (https://malo.example)>>]]]>>"), "acta.pdf"),
        (pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "acta.pdf"),
        (b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n", "acta.pdf"),
        (b"\0\0\0\x18ftypmp42" + bytes(64), "video.mp4"),
    ],
)
def test_what_runs_or_is_cut_is_no_evidence(path: str, client: Client, content: bytes, name: str) -> None:
    answer = client.post(path, form(capture=file(content, name)))
    assert answer.status_code == 422 and not Check.objects.exists()


def test_what_a_pdf_hides_is_seen(tmp_path: Path) -> None:
    hidden = pdf("<</OpenAction <</S /JavaScript /JS (app.alert(1))>>>>")
    assert b"JavaScript" not in hidden  # the search of its bytes finds nothing
    (tmp_path / "acta.pdf").write_bytes(hidden)
    with pytest.raises(UnsupportedFile, match="trae programas"):
        run("pdf", tmp_path / "acta.pdf", INSPECTION_LIMITS)


@pytest.mark.parametrize(
    "catalog",
    [
        "<<>>",
        "<</OpenAction [null /Fit]>>",
        "<</Links <</S /URI /URI (https://www.mincit.gov.co)>>>>",
        "<</Lang (es-CO) /MarkInfo <</Marked true>>>>",
    ],
)
def test_a_pdf_that_only_shows_its_pages_is_taken(path: str, client: Client, catalog: str) -> None:
    assert client.post(path, form(capture=file(pdf(catalog), "acta.pdf"))).status_code == 302


def test_a_pdf_is_kept_byte_for_byte_and_shown_as_nothing_else(path: str, client: Client, dario: Member) -> None:
    assert client.post(path, form(capture=file(PDF, "acta.html"))).status_code == 302
    piece = Evidence.objects.get()
    shown = client.get(f"/seguridad/evidencias/{piece.pk}/")
    assert (piece.kind, shown.content) == (EvidenceKind.DOCUMENT, PDF)
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert shown["Content-Disposition"].startswith("inline")
    policy = shown["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    foreign = Client()
    foreign.force_login(dario.user)
    assert foreign.get(f"/seguridad/evidencias/{piece.pk}/").status_code == 404
    page = client.get(piece.check_made.control.get_absolute_url()).content.decode()
    assert f"/seguridad/evidencias/{piece.pk}/" in page


def test_a_file_too_large_stops_before_it_ends(path: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pregonero.media.upload_handlers.MAX_UPLOAD_BYTES", 1000)
    answer = client.post(path, form(capture=file(bytes(300_000), "video.mp4"), written="Lo grabé."))
    assert answer.status_code == 422 and "pesa demasiado" in answer.content.decode()
    assert not Check.objects.exists()


def test_the_same_file_twice_is_said(path: str, client: Client) -> None:
    first = client.post(path, form(capture=capture()), follow=True).content.decode()
    again = client.post(path, form(capture=capture()), follow=True).content.decode()
    assert "Es el mismo archivo" not in first and "Es el mismo archivo de la revisión de X-1" in again
    client.post(path, form(written="La vi activa."))
    assert "mismo archivo" not in client.post(path, form(written="La vi activa."), follow=True).content.decode()


def test_a_screenshot_is_pasted_from_the_clipboard(path: str, client: Client) -> None:
    answers: dict[str, Answer] = answers_of(client, [path])

    def look(browser: Browser) -> tuple[list[str], str]:
        page = open_page(browser, path, answers)
        page.wait_for_load_state("load")
        return page.evaluate(PASTE), page.get_by_role("status").inner_text()

    names, said = in_browser(look)
    assert (names, said) == (["image.png"], "Lista: image.png, 2 KB.")
