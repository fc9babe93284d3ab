"""The root URL configuration; each app has its own URLs."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from pregonero.api.urls import urls as api_urls
from pregonero.people.security.key_views import RemoveKeyView


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Return 200: the web process is up. `pregonero doctor` checks the rest of the system."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("", include("pregonero.dashboard.urls")),
    path("", include("pregonero.publishing.urls")),
    path("", include("pregonero.inbox.urls")),
    path("", include("pregonero.monitoring.urls")),
    path("", include("pregonero.synergies.urls")),
    path("", include("pregonero.moderation.urls")),
    path("", include("pregonero.public.urls")),
    path("", include("pregonero.controls.urls")),
    path("", include("pregonero.reports.urls")),
    path("", include("pregonero.newsroom.urls")),
    path("", include("pregonero.media.urls")),
    path("", include("pregonero.entities.urls")),
    path("", include("pregonero.networks.urls")),
    path("", include("pregonero.people.urls")),
    # Where allauth leads after a key is added; the page of both kinds of factor is ours.
    path("cuenta/2fa/", RedirectView.as_view(pattern_name="people:enrol"), name="mfa_index"),
    path("cuenta/2fa/webauthn/keys/<int:pk>/remove/", RemoveKeyView.as_view(), name="mfa_remove_webauthn"),
    path("cuenta/", include("allauth.urls")),
    path("api/", api_urls),
    path("salud/", health, name="health"),
    path("ui/", include("pregonero.ui.urls")),
]
