"""What a program writes of a publication, put in the form that the editor's page sends."""

from collections.abc import Sequence

from django.http import QueryDict
from pydantic import BaseModel, ConfigDict, Field

from pregonero.api.problems import Invalid
from pregonero.errors import Issue
from pregonero.publishing.edits import EDITED_FIELDS, edited_values
from pregonero.publishing.forms import parts_name
from pregonero.publishing.general_text import digest_of
from pregonero.publishing.models import Adaptation, Publication


class AccountText(BaseModel):
    """Lo que dice en una cuenta; lo que falta queda como está."""

    model_config = ConfigDict(extra="forbid", strict=True)
    account_id: int
    text: str | None = None
    title: str | None = None
    parts: list[str] | None = Field(None, description="Las demás partes de un hilo.")
    publish: bool | None = Field(None, description="Falso: no va en esta cuenta, con su razón.")
    skip_reason: str | None = None


class EditBody(BaseModel):
    """Los textos de una publicación; lo que falta queda como está."""

    model_config = ConfigDict(extra="forbid", strict=True)
    revision: int = Field(description="La que leíste: si otra persona guardó después, no se guarda encima.")
    text: str | None = Field(None, description="Para las cuentas que no tienen uno propio.")
    why: str | None = None
    theme: str | None = None
    relevance: int | None = None
    link: str | None = None
    accounts: list[AccountText] = []


def form_data(body: EditBody, publication: Publication, adaptations: Sequence[Adaptation]) -> QueryDict:
    """Return the editor's form with what was written, and with what is saved of the rest."""
    data = QueryDict(mutable=True)
    saved = edited_values(publication)
    for name in EDITED_FIELDS:
        written = getattr(body, name)
        data[name] = str(saved[name] if written is None else written)
    data["revision"] = str(body.revision)
    of_account = {account.account_id: account for account in body.accounts}
    for adaptation in adaptations:
        _add_account(
            data, adaptation, of_account.pop(adaptation.account_id, AccountText.model_validate({"account_id": 0}))
        )
    if of_account:
        raise Invalid([Issue("accounts", "unknown", "Esa cuenta no es de esta publicación.")])
    return data


def _add_account(data: QueryDict, adaptation: Adaptation, written: AccountText) -> None:
    prefix = f"red{adaptation.account_id}"
    for name in ("text", "title", "skip_reason"):
        value = getattr(written, name)
        data[f"{prefix}-{name}"] = getattr(adaptation, name) if value is None else value
    data[f"{prefix}-format"] = adaptation.format
    data[f"{prefix}-shown"] = digest_of(adaptation.text)
    if written.publish is not None:
        data[f"{prefix}-switch"] = "1"
        if written.publish:
            data[f"{prefix}-publish"] = "1"
    if written.parts is not None:
        data[f"{prefix}-thread"] = "1"
        data.setlist(parts_name(prefix), written.parts)
