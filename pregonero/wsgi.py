"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pregonero.settings")
application = get_wsgi_application()
# Pages are loaded now, so that the first request does not wait for them: it may be a network's notice.
resolve("/")
