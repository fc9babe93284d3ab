"""Addresses of synergies."""

from django.urls import path

from pregonero.synergies.views import synergies

app_name = "synergies"
urlpatterns = [
    path("sinergias/", synergies.synergies, name="synergies"),
    path("sinergias/nueva/", synergies.register, name="register"),
    path("sinergias/<int:pk>/", synergies.synergy_page, name="synergy"),
    path("sinergias/<int:pk>/definicion/", synergies.define, name="define"),
    path("sinergias/archivos/<int:pk>/", synergies.synergy_file, name="file"),
]
