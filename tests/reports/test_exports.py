"""What leaves as CSV, XLSX and JSON: its rows, its filters, and cells that no spreadsheet runs (R-2)."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pikepdf
import pytest
from django.test import Client

from pregonero.errors import NotAllowed
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from pregonero.reports import tasks
from pregonero.reports.actions.exports import ExportRequest, ask_export
from pregonero.reports.export_files import path_of
from pregonero.reports.models import Export, ExportKind, ExportState
from pregonero.reports.publication_files import COLUMNS, not_a_formula
from tests.records.outside.checker import verdict
from tests.stage import programmed

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("R-2")]
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def publication(news: News, beto: Member, now: datetime, settings: Any, tmp_path: Any) -> Publication:
    settings.DATA_DIR = tmp_path
    made = programmed(news, beto, now, due_at=now + timedelta(hours=1))
    Publication.objects.filter(pk=made.pk).update(title=FORMULA)
    return made


def exported(kind: ExportKind, by: Member, now: datetime, **chosen: Any) -> Export:
    export = ask_export(request=ExportRequest(kind, **chosen), by=by, now=now)
    tasks.write_export(export_id=export.pk)
    export.refresh_from_db()
    assert export.state == ExportState.READY
    return export


def rows_of(export: Export) -> list[dict[str, str]]:
    content = path_of(export).read_text(encoding="utf-8-sig")
    return json.loads(content) if export.kind == "JSON" else list(csv.DictReader(io.StringIO(content)))


def test_the_three_formats_hold_each_account_once_and_no_formula(
    publication: Publication, beto: Member, now: datetime
) -> None:
    count = Delivery.objects.filter(subject_id=publication.pk).count()
    in_csv, in_json = (rows_of(exported(kind, beto, now)) for kind in (ExportKind.CSV, ExportKind.JSON))
    assert len(in_csv) == len(in_json) == count > 1
    assert {row["título"] for row in in_csv} == {f"'{FORMULA}"}
    assert {row["título"] for row in in_json} == {FORMULA}
    book = openpyxl.load_workbook(path_of(exported(ExportKind.XLSX, beto, now)).open("rb"))
    sheet = list(book.active.iter_rows(values_only=True))
    assert (sheet[0], len(sheet)) == (COLUMNS, count + 1)
    assert sheet[1][1] == f"'{FORMULA}"


def test_days_and_account_choose_the_rows(
    publication: Publication, beto: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    account = Delivery.objects.filter(subject_id=publication.pk).first().account  # type: ignore[union-attr]
    (row,) = rows_of(exported(ExportKind.CSV, beto, now, account_id=account.pk))
    assert row["cuenta"] == not_a_formula(account.handle)
    assert rows_of(exported(ExportKind.CSV, beto, now, since=(now + timedelta(days=2)).date())) == []
    assert rows_of(exported(ExportKind.JSON, beto, now, until=(now - timedelta(days=2)).date())) == []


@pytest.mark.parametrize("kind", [ExportKind.CSV, ExportKind.JSON])
def test_a_job_that_was_stopped_goes_on_after_the_last_good_byte(
    kind: ExportKind, publication: Publication, beto: Member, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pregonero.reports import publication_files

    whole = path_of(exported(kind, beto, now)).read_bytes()
    monkeypatch.setattr(publication_files, "PAGE", 1)
    export = ask_export(request=ExportRequest(kind), by=beto, now=now)
    append, calls = publication_files._append, []

    def stop_at_third(export: Export, path: Any, text: str, *rest: int) -> None:
        calls.append(text)
        if len(calls) == 3:
            path.open("ab").write(b"half a li")
            raise OSError("stopped")
        append(export, path, text, *rest)

    monkeypatch.setattr(publication_files, "_append", stop_at_third)
    with pytest.raises(OSError, match="stopped"):
        tasks.write_export(export_id=export.pk)
    monkeypatch.setattr(publication_files, "_append", append)
    tasks.write_export(export_id=export.pk)
    assert path_of(export).read_bytes() == whole


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "\t=1", "\r1", "\n=1", "  =1", "\u00a0@x", "\ufeff=1"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(value: str) -> None:
    assert not_a_formula(value) == f"'{value}"
    assert not_a_formula(f"Texto {value}") == f"Texto {value}"


@pytest.mark.procedure("R-1")
def test_records_leave_from_their_page_and_the_checker_accepts_the_file(
    publication: Publication, carmen: Member, beto: Member, now: datetime
) -> None:
    client = Client()
    client.force_login(carmen.user)
    assert client.post("/registros/archivo/").status_code == 302
    export = Export.objects.get()
    tasks.write_export(export_id=export.pk)
    page = client.get("/registros/").content.decode()
    assert export.get_absolute_url() in page
    assert "127.0.0.1:8800/registros/" in page
    content = b"".join(client.get(export.get_absolute_url()))
    assert verdict(content) == ""
    assert b"".join(client.get(export.get_absolute_url(), headers={"range": "bytes=10-"})) == content[10:]
    assert client.get("/registros/comprobador/").status_code == 200
    with pytest.raises(NotAllowed):
        ask_export(request=ExportRequest(ExportKind.RECORDS), by=beto, now=now)


@pytest.mark.procedure("M-1")
def test_expediente_leaves_as_pdf_a_and_its_proof_is_accepted(
    publication: Publication, beto: Member, now: datetime
) -> None:
    client = Client()
    client.force_login(beto.user)
    proof = b"".join(client.get(f"/publicaciones/{publication.pk}/prueba.jsonl"))
    assert verdict(proof) == ""
    assert proof.count(b"publication.scheduled") == 1
    answer = client.get(f"/publicaciones/{publication.pk}/expediente.pdf")
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert document.open_metadata()["pdfaid:part"] == "2"
        assert str(document.docinfo["/Title"]) == FORMULA
