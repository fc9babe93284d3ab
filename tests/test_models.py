"""Rules that hold for every model, so that a new one keeps them without anybody remembering."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from pregonero.people.models import Entity, User

OURS = ("records", "people", "networks", "newsroom", "publishing")
OF_NOBODY = {Entity, User}  # the entity itself, and a person, who may belong to several


def our_models() -> list[type[models.Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def reaches_entity(model: type[models.Model], seen: frozenset[type[models.Model]] = frozenset()) -> bool:
    """Return whether a row says its entity, by itself or by a parent that it cannot lack."""
    names = {field.name for field in model._meta.get_fields()}
    if "entity" in names or "entity_id" in names or "event_id" in names:
        return True
    return any(
        reaches_entity(parent, seen | {model})
        for parent in _parents(model)
        if parent not in seen and parent not in OF_NOBODY
    )


def _parents(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.OneToOneField) and not field.null:
            yield field.related_model  # type: ignore[misc]


@pytest.mark.parametrize("model", [model for model in our_models() if model not in OF_NOBODY], ids=lambda m: m.__name__)
def test_every_row_belongs_to_an_entity(model: type[models.Model]) -> None:
    assert reaches_entity(model)


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m.__name__)
def test_no_model_orders_its_rows_by_itself(model: type[models.Model]) -> None:
    assert model._meta.ordering == []


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m.__name__)
def test_no_row_disappears_with_another(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey):
            assert field.remote_field.on_delete is models.PROTECT, field


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m.__name__)
def test_no_model_saves_in_its_own_way(model: type[models.Model]) -> None:
    assert model.save is models.Model.save or model is User
    assert model.delete is models.Model.delete
