"""Addresses of synergies."""

from django.urls import path

from pregonero.synergies.views import incoming

app_name = "synergies"
urlpatterns = [
    path("sinergias/", incoming.synergies, name="synergies"),
    path("sinergias/nueva/", incoming.register, name="register"),
    path("sinergias/<int:pk>/", incoming.synergy_page, name="synergy"),
    path("sinergias/<int:pk>/definicion/", incoming.define, name="define"),
    path("sinergias/archivos/<int:pk>/", incoming.synergy_file, name="file"),
]
