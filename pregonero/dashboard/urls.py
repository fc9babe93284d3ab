"""URLs of the Hoy page, the status page and the receipt of a notice."""

from django.urls import path

from pregonero.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.today, name="today"),
    path("estado/", views.status, name="status"),
    path("buscar/", views.search_everything, name="search"),
    path("mas/", views.more, name="more"),
    path("avisos/", views.notices, name="notices"),
    path("avisos/recibos/", views.mark_all_notices_seen, name="receive_all"),
    path("avisos/<int:pk>/recibo/", views.mark_notice_seen, name="receive"),
]
