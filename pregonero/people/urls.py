"""The URLs for choosing an entity, and of the session of the signed-in person."""

from django.urls import path

from pregonero.people import views

app_name = "people"
urlpatterns = [
    path("entidad/", views.choose_entity, name="choose_entity"),
    path("sesion/", views.session, name="session"),
    path("sesion/lista/", views.signed_in, name="signed_in"),
]
