"""Rules that every model keeps."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from pregonero.people.models import CodeApp, Device, Entity, OpenSession, RecoveryCode, User

APPS = ("records", "people", "networks", "newsroom", "publishing", "inbox", "moderation")
# A person signs in once for all the entities that they belong to.
WITHOUT_ENTITY = {Entity, User, CodeApp, Device, OpenSession, RecoveryCode}


def our_models() -> list[type[models.Model]]:
    return [model for label in APPS for model in apps.get_app_config(label).get_models()]


def reaches_entity(model: type[models.Model], visited: frozenset[type[models.Model]] = frozenset()) -> bool:
    """Return whether a row names its entity, itself or through a required foreign key."""
    names = {field.name for field in model._meta.get_fields()}
    if "entity" in names or "entity_id" in names or "event_id" in names:
        return True
    return any(
        reaches_entity(parent, visited | {model})
        for parent in _parents(model)
        if parent not in visited and parent not in WITHOUT_ENTITY
    )


def _parents(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.OneToOneField) and not field.null:
            yield field.related_model  # type: ignore[misc]


@pytest.mark.parametrize(
    "model", [model for model in our_models() if model not in WITHOUT_ENTITY], ids=lambda m: m.__name__
)
def test_every_row_names_its_entity(model: type[models.Model]) -> None:
    assert reaches_entity(model)


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m.__name__)
def test_no_model_has_a_default_ordering(model: type[models.Model]) -> None:
    assert model._meta.ordering == []


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m.__name__)
def test_every_foreign_key_is_protected(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey):
            assert field.remote_field.on_delete is models.PROTECT, field


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m.__name__)
def test_no_model_overrides_save_or_delete(model: type[models.Model]) -> None:
    assert model.save is models.Model.save or model is User
    assert model.delete is models.Model.delete
