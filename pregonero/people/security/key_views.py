"""The page of django-allauth that removes a key, but the last factor of who must have one."""

from typing import Any

from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone

from pregonero.errors import Refused
from pregonero.people.security import actions


class RemoveKeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """Removes a key, which other factors of the person allow."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove the key, or say why it stays."""
        try:
            actions.remove_key(user=self.request.user, pk=self.object.pk, now=timezone.now())
        except Refused as refusal:
            messages.error(self.request, refusal.message)
        else:
            messages.success(self.request, "Quitaste una llave de acceso.")
        return HttpResponseRedirect(self.get_success_url())
