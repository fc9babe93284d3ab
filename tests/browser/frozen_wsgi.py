"""What granian serves as the web of the invented day."""

from pregonero.wsgi import application
from tests.browser.clock import freeze_clock

__all__ = ["application"]

freeze_clock()
