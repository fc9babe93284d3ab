"""Error reports that show where an unexpected error happened, without any of the values handled there.

With `PREGONERO_DEBUG` on, Django shows the variables of each frame, form fields and cookies, which contain tokens,
passwords and what people wrote.
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
    """Replaces every value in an error report and keeps the names."""

    hidden_settings = re.compile("API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|DATABASE|CACHE|URI|QUERY", re.I)

    def is_active(self, request: HttpRequest | None) -> bool:
        """Return True: values are replaced with `PREGONERO_DEBUG` on, too."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Return the names of the form fields."""
        return dict.fromkeys(request.POST, self.cleansed_substitute) if request is not None else {}

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        """Return the names of the cookies."""
        return dict.fromkeys(request.COOKIES, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        """Return the names of a frame's variables."""
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()


class Reporter(ExceptionReporter):
    """Django's error report without the query string and without any registered secret."""

    def get_traceback_data(self) -> dict[str, Any]:
        """Return the data of the report, without the query string."""
        return {**super().get_traceback_data(), "request_GET_items": [], "request_insecure_uri": ""}

    def get_traceback_html(self) -> SafeString:
        """Return the report as HTML, without registered secrets."""
        return SafeString(logs.redact(super().get_traceback_html()))

    def get_traceback_text(self) -> SafeString:
        """Return the report as text, without registered secrets."""
        return SafeString(logs.redact(super().get_traceback_text()))
