"""The URL of a publication's expediente."""

from django.urls import path

from pregonero.reports import views

app_name = "reports"
urlpatterns = [
    path("publicaciones/<int:pk>/", views.expediente, name="expediente"),
]
