"""Addresses of moderation."""

from django.urls import path

from pregonero.moderation.views import queue

app_name = "moderation"
urlpatterns = [
    path("moderacion/", queue.queue, name="queue"),
]
