"""The first screen, and the receipt of what a person was told."""

from django.urls import path

from pregonero.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.today, name="today"),
    path("estado/", views.status, name="status"),
    path("avisos/<int:pk>/recibo/", views.receive, name="receive"),
]
