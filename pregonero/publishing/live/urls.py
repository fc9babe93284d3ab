"""Addresses of live events."""

from django.urls import path

from pregonero.publishing.live import views

urlpatterns = [
    path("", views.live_events, name="live_events"),
    path("nueva/", views.plan_event, name="plan_live"),
    path("<int:pk>/", views.live_event, name="live_event"),
    path("<int:pk>/cambio/", views.change_event, name="change_live"),
    path("<int:pk>/lista/", views.close_list, name="close_live_list"),
    path("<int:pk>/lista/<str:item>/<int:account>/", views.check_item, name="check_live_item"),
    path("<int:pk>/salida/", views.go_live, name="go_live"),
    path("<int:pk>/direcciones/", views.place_addresses, name="place_live"),
    path("<int:pk>/fin/", views.end_event, name="end_live"),
    path("<int:pk>/incidencias/", views.note_incident, name="note_live_incident"),
    path("<int:pk>/cancelacion/", views.cancel_event, name="cancel_live"),
]
