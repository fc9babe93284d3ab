"""Forms of the reviews that citizens ask for. They validate and never save."""

from django import forms

from pregonero.moderation.states import ReviewOutcome

OUTCOME_HINTS = {
    ReviewOutcome.RESTORED: "Volver a mostrarlo",
    ReviewOutcome.KEPT: "Dejarlo oculto",
}


class ReviewForm(forms.Form):
    """What another person decides about the hiding of a comment, and why."""

    outcome = forms.TypedChoiceField(
        label="Qué decides",
        choices=list(OUTCOME_HINTS.items()),
        coerce=ReviewOutcome,
        widget=forms.RadioSelect,
        error_messages={"required": "Elige qué decides."},
    )
    reason = forms.CharField(
        label="Razón",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La lee en la página pública quien pidió la revisión. No incluyas nombres.",
        error_messages={"required": "Escribe la razón."},
    )


class ReviewTermForm(forms.Form):
    """Within how many working days reviews are answered, and why it changes."""

    working_days = forms.IntegerField(
        label="Días hábiles para responder",
        min_value=1,
        max_value=30,
        error_messages={"required": "Escribe cuántos días hábiles."},
    )
    reason = forms.CharField(
        label="Por qué cambia", max_length=300, error_messages={"required": "Escribe por qué cambia."}
    )
