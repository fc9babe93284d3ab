"""Addresses of an entity's page and of its arms."""

from django.urls import path, re_path

from pregonero.entities import views

app_name = "entities"
urlpatterns = [
    path("entidad/datos/", views.edit, name="edit"),
    re_path(r"^escudos/(?P<sha256>[0-9a-f]{64})\.png$", views.arms, name="arms"),
]
