"""Forms of campaigns. They validate and never save."""

import re

from django import forms

from pregonero.newsroom.campaigns.actions import CampaignPlan

HASHTAG = re.compile(r"#[^\W\d_]\w*")  # as the networks take them: a letter first, accents allowed
MOST_HASHTAGS = 20
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
WRONG_DAY = "Escribe una fecha, como 2026-12-01."


class CampaignForm(forms.Form):
    """What a campaign is for, its days, and its hashtags."""

    name = forms.CharField(label="Nombre", max_length=120, error_messages={"required": "Ponle un nombre."})
    purpose = forms.CharField(
        label="Para qué",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Escribe para qué es."},
    )
    starts_on = forms.DateField(
        label="Desde", widget=DAY, error_messages={"required": "Elige desde cuándo.", "invalid": WRONG_DAY}
    )
    ends_on = forms.DateField(
        label="Hasta", widget=DAY, error_messages={"required": "Elige hasta cuándo.", "invalid": WRONG_DAY}
    )
    hashtags = forms.CharField(
        label="Hashtags", max_length=500, required=False, help_text="Separados por espacios: #ColombiaExporta #Turismo."
    )

    def clean_hashtags(self) -> list[str]:
        """Return each hashtag once, with its sign, in the order in which they were written."""
        words = [word if word.startswith("#") else f"#{word}" for word in self.cleaned_data["hashtags"].split()]
        wrong = next((word for word in words if not HASHTAG.fullmatch(word)), "")
        if wrong:
            raise forms.ValidationError(f"«{wrong}» no sirve de hashtag: solo letras y números, y primero una letra.")
        if len(words) > MOST_HASHTAGS:
            raise forms.ValidationError(f"Son más de {MOST_HASHTAGS} hashtags.")
        return list({word.casefold(): word for word in reversed(words)}.values())[::-1]

    def plan(self) -> CampaignPlan:
        """Return the plan, once the form is valid."""
        return CampaignPlan(**self.cleaned_data)


class NewsLinkForm(forms.Form):
    """The link of a news item to gather in a campaign."""

    address = forms.CharField(
        label="Enlace de una noticia de la sede",
        max_length=500,
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        error_messages={"required": "Pega el enlace de la noticia."},
    )
