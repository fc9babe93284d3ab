"""What a page or a report says of an unforeseen error: where it happened, and none of what was being handled there.

Django shows the variables of each frame, the forms and the cookies while `PREGONERO_DEBUG` is on; among them are
tokens, passwords and what people wrote.
"""

import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from pregonero import logs


class NoValues(SafeExceptionReporterFilter):
    """Leaves the names of things and none of their values, whoever reads it."""

    hidden_settings = re.compile("API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|DATABASE|CACHE|URI|QUERY", re.I)

    def is_active(self, request: HttpRequest | None) -> bool:
        """Hide with `PREGONERO_DEBUG` on as well."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Return the names of the fields that were sent."""
        return dict.fromkeys(request.POST, self.cleansed_substitute) if request is not None else {}

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        """Return the names of the cookies."""
        return dict.fromkeys(request.COOKIES, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        """Return the names of a frame's variables."""
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()


class Reporter(ExceptionReporter):
    """Django's own report, without what was asked and with every secret that we know blotted out of its words."""

    def get_traceback_data(self) -> dict[str, Any]:
        """Return what the report is made of."""
        return {**super().get_traceback_data(), "request_GET_items": [], "request_insecure_uri": ""}

    def get_traceback_html(self) -> SafeString:
        """Return the report as a page."""
        return SafeString(logs.redact(super().get_traceback_html()))

    def get_traceback_text(self) -> SafeString:
        """Return the report as text."""
        return SafeString(logs.redact(super().get_traceback_text()))
