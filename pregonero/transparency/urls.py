"""Where the whole way of a publication is read."""

from django.urls import path

from pregonero.transparency import views

app_name = "transparency"
urlpatterns = [
    path("publicaciones/<int:pk>/", views.expediente, name="expediente"),
]
