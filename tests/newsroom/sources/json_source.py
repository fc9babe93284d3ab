"""A kind of source that the product does not have. Its module imports no models: it is parsed in another process."""

import json
from collections.abc import Mapping

from django.forms import CharField, Field

from pregonero.errors import Issue
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.fetch import MEGABYTE, FetchLimits
from pregonero.newsroom.sources.base import Item, PolledSourceKind


class JsonSource(PolledSourceKind):
    """A JSON document with a list of news; its option is the name of the list."""

    code = "JSON"
    label = "lista en JSON"
    description = "La sede ofrece sus noticias en JSON."
    limits = FetchLimits("La lista", ("json",), MEGABYTE, 20)

    def option_fields(self) -> dict[str, Field]:
        """Return the field of the list's name."""
        return {"list_name": CharField(label="Nombre de la lista", required=False)}

    def issues_of(self, options: Mapping[str, str]) -> list[Issue]:
        """Require a name of letters."""
        if options.get("list_name", "").isalpha():
            return []
        return [Issue("list_name", "invalid", "El nombre de la lista tiene solo letras.")]

    def parse(self, document: Document, options: Mapping[str, str]) -> list[Item]:
        """Return the news of the list."""
        data = json.loads(document.body)
        if options["list_name"] not in data:
            raise Malformed("No trae la lista.")
        base = document.address.rpartition("/")[0]
        return [
            Item(address=base + row["enlace"], title=row["titulo"], section=row["tema"])
            for row in data[options["list_name"]]
        ]
