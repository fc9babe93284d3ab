"""Addresses that anybody reads without signing in."""

from django.urls import path

from pregonero.public import views

app_name = "public"
urlpatterns = [
    path("publico/<slug:slug>/reglas/", views.rules, name="rules"),
    path("publico/<slug:slug>/reglas/<int:number>/", views.rules_version, name="rules_version"),
]
