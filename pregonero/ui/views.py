"""The gallery of components."""

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pregonero.errors import Issue
from pregonero.ui.gallery import CALL_ON_FACEBOOK, CALL_ON_X, EXAMPLES, POST, SCENES, TEXT
from pregonero.ui.icons import ICONS, MARKS
from pregonero.ui.sample_previews import sample_previews


class SampleForm(forms.Form):
    """A form with every kind of field, for the gallery. It is never submitted."""

    title = forms.CharField(label="Título", help_text="Como se leerá en YouTube.", max_length=100)
    text = forms.CharField(label="Texto para X", widget=forms.Textarea)
    why = forms.CharField(label="Por qué le interesa a la ciudadanía", required=False)
    network = forms.ChoiceField(
        label="Redes", choices=[("x", "X"), ("f", "Facebook")], widget=forms.RadioSelect, initial="x"
    )
    urgent = forms.BooleanField(label="Es urgente", required=False)
    kind = forms.ChoiceField(label="Relevancia", choices=[("alta", "alta"), ("media", "media"), ("baja", "baja")])


ISSUES = (Issue("alt", "alt_missing", "Instagram: falta el texto alternativo."), Issue("", "late", "Ya pasó la hora."))


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component with its variants."""
    filled = SampleForm({"title": "", "text": "Las exportaciones crecieron", "network": "x", "kind": "alta"})
    context = {"examples": EXAMPLES, "scenes": SCENES, "form": SampleForm(), "filled": filled}
    context |= {"exact": SampleForm(auto_id="exact_%s"), "page": Paginator(range(50), 20).page(2), "issues": ISSUES}
    context |= {"icons": ICONS, "marks": MARKS}
    context["previews"] = sample_previews()
    return render(request, "ui/gallery/index.html", context)


@require_safe
def scene(request: HttpRequest, name: str) -> HttpResponse:
    """Show a whole page made of components, with invented data."""
    if name not in SCENES:
        raise Http404
    counts = {"hoy": 5, "noticias": 3}
    section = "hoy" if name == "hoy" else "parrilla"
    context = {
        "section_counts": counts,
        "current_section": section,
        "form": SampleForm(initial={"text": TEXT}),
        "post": POST,
        "call_on_x": CALL_ON_X,
        "call_on_facebook": CALL_ON_FACEBOOK,
    }
    return render(request, f"ui/gallery/scenes/{name}.html", context)
