"""Addresses of files."""

from django.urls import path

from pregonero.media import views
from pregonero.media.uploads import views as uploads

app_name = "media"
urlpatterns = [
    path("noticias/medios/<int:pk>/", views.file, name="file"),
    path("noticias/medios/<int:pk>/<int:width>.webp", views.thumbnail, name="thumbnail"),
    path("subidas/", uploads.uploads, name="uploads"),
    path("subidas/<str:code>/", uploads.upload, name="upload"),
    path("medios/<str:token>/", views.signed_file, name="signed"),
]
