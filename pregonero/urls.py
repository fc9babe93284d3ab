"""The addresses of the installation; each app names its own."""

from django.urls import include, path

urlpatterns = [
    path("cuenta/", include("allauth.urls")),
    path("ui/", include("pregonero.ui.urls")),
]
