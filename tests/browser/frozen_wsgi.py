"""The WSGI application of the sample day, with its clock frozen."""

from pregonero.wsgi import application
from tests.browser.clock import freeze_clock

__all__ = ["application"]

freeze_clock()
