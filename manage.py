"""Django's own commands, for whoever knows them; the product's are in `pregonero`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pregonero.settings")
    execute_from_command_line(sys.argv)
