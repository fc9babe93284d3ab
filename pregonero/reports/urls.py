"""Where the whole way of a publication is read."""

from django.urls import path

from pregonero.reports import views

app_name = "reports"
urlpatterns = [
    path("publicaciones/<int:pk>/", views.expediente, name="expediente"),
]
