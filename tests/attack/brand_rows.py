"""The addresses of the manual of visual identity (D-3)."""

from typing import Any

from pregonero.newsroom.brand_models import BrandFile
from pregonero.people.roles import Role
from tests.attack.brand_stage import TEMPLATE
from tests.attack.conftest import Stage
from tests.attack.row import CONFLICT, FOUND, INVALID, MANAGE, NETWORKS_AND_HEADS, OK, Row

VALIDITY = NETWORKS_AND_HEADS | {Role.CONTENT_MANAGER}


def template(stage: Stage) -> list[Any]:
    return [BrandFile.objects.get(entity=stage.entity, path=TEMPLATE).pk]


def version(stage: Stage) -> list[Any]:
    return [BrandFile.objects.get(entity=stage.entity, path=TEMPLATE).current_id]


BRAND_ROWS = (
    Row("newsroom:brand", outside=OK),
    Row("newsroom:read_brand_server", "POST", roles=MANAGE, status=CONFLICT),  # its key is not confirmed
    Row("newsroom:brand_server", roles=MANAGE, outside=OK, both=True),
    Row("newsroom:brand_server", "POST", data=lambda _: {"host": ""}, roles=MANAGE, status=INVALID, outside=INVALID,
        both=True),
    Row("newsroom:try_brand_server", "POST", roles=MANAGE),
    Row("newsroom:confirm_brand_key", "POST", data=lambda _: {"fingerprint": f"SHA256:{'a' * 43}"}, roles=MANAGE,
        status=FOUND),
    Row("newsroom:disconnect_brand_server", roles=MANAGE, both=True),
    Row("newsroom:disconnect_brand_server", "POST", roles=MANAGE, status=FOUND, both=True),
    Row("newsroom:brand_file", arguments=template),
    Row("newsroom:set_brand_validity", "POST", template, lambda _: {"valid_until": "2031-12-31"}, VALIDITY, FOUND),
    Row("newsroom:brand_version", arguments=version),
)  # fmt: skip
