"""URLs of the Hoy page, the status page and the receipt of a notice."""

from django.urls import path

from pregonero.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.today, name="today"),
    path("estado/", views.status, name="status"),
    path("avisos/<int:pk>/recibo/", views.mark_notice_seen, name="receive"),
]
