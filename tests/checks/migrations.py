"""`python -m tests.checks.migrations` fails when a model change has no migration."""

import os

import django
from django.core.management import call_command

from pregonero import embedded_postgres

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pregonero.settings")
    with embedded_postgres.running(durable=False):
        django.setup()
        call_command("makemigrations", check=True, dry_run=True)
