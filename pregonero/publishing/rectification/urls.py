"""Addresses of rectifications."""

from django.urls import path

from pregonero.publishing.rectification import views

urlpatterns = [
    path("rectificaciones/", views.rectifications, name="rectifications"),
    path("rectificaciones/<int:pk>/", views.rectification, name="rectification"),
    path("rectificaciones/<int:pk>/decision/", views.decide_rectification, name="decide_rectification"),
    path("rectificaciones/<int:pk>/cierre/", views.close_rectification, name="close_rectification"),
    path("rectificaciones/<int:pk>/fijada/<int:account>/", views.note_pinned, name="note_pinned"),
    path("publicaciones/<int:pk>/rectificacion/", views.ask_rectification, name="ask_rectification"),
]
