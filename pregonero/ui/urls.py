"""URLs of the component gallery."""

from django.urls import path

from pregonero.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("escenas/<slug:name>/", views.scene, name="scene"),
]
