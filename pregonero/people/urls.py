"""The URL for choosing an entity."""

from django.urls import path

from pregonero.people import views

app_name = "people"
urlpatterns = [path("entidad/", views.choose_entity, name="choose_entity")]
