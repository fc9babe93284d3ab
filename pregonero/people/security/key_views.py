"""The page of django-allauth that removes a key, but the last factor of who must have one."""

from typing import Any

from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from pregonero.people.security import queries


class RemoveKeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """Removes a key, which other factors of the person allow."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove the key, or say why it stays."""
        user = self.request.user
        is_last = len(queries.keys_of(user)) == 1 and not queries.has_code_app(user)
        if is_last and queries.must_have_second_factor(user, today=timezone.localdate()):
            messages.error(self.request, "Es tu único segundo paso y tu rol lo exige: activa antes otro.")
            return redirect("mfa_list_webauthn")
        response: HttpResponse = super().form_valid(form)
        return response
