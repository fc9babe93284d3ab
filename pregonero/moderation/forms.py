"""Forms of moderation. They validate and never save."""

from typing import Any

from django import forms

from pregonero.moderation.actions.community import WrittenRule
from pregonero.moderation.models import CommunityRule, RulesVersion
from pregonero.moderation.states import RESTRICTS, Category, Criterion, Verb

VERB_HINTS = {
    Verb.KEEP: "Dejar visible: no incumple las reglas",
    Verb.HIDE: "Ocultar: se puede deshacer",
    Verb.HOLD: "Seguir reteniendo: lo decide otra persona",
    Verb.RESTORE: "Volver a mostrar",
}
BLANK_RULES = 3  # empty rules that the form offers beside those that are written


class DecisionForm(forms.Form):
    """What is done with a comment, the rule that it breaks, and why."""

    verb = forms.ChoiceField(
        label="Qué se hace",
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": "Elige qué se hace."},
    )
    rule = forms.ModelChoiceField(
        label="Regla de la comunidad que incumple",
        queryset=CommunityRule.objects.none(),
        required=False,
        empty_label="Elige una regla",
        error_messages={"invalid_choice": "Eso no es motivo para ocultar nada: elige una regla en vigor."},
    )
    reason = forms.CharField(
        label="Razón",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="La verá quien pida revisión. No incluyas nombres.",
    )

    def __init__(self, *args: Any, version: RulesVersion | None, verbs: list[Verb], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = [(verb.value, VERB_HINTS[verb]) for verb in verbs]  # type: ignore[attr-defined]
        if version is not None:
            rules = CommunityRule.objects.filter(version=version).select_related("version").order_by("number")
            self.fields["rule"].queryset = rules  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the rule and the reason of what hides, and for the reason of what shows again."""
        data = super().clean() or {}
        verb = data.get("verb")
        if verb in RESTRICTS and not data.get("rule") and "rule" not in self.errors:
            self.add_error("rule", "Elige la regla que incumple. Criticar y no estar de acuerdo no es motivo.")
        if verb in (*RESTRICTS, Verb.RESTORE) and not str(data.get("reason", "")).strip():
            self.add_error("reason", "Escribe la razón.")
        return data


class WaveForm(DecisionForm):
    """A decision about many comments: those whose boxes are checked."""

    chosen = forms.TypedMultipleChoiceField(
        label="Comentarios", coerce=int, choices=[], error_messages={"required": "Elige al menos un comentario."}
    )

    def __init__(self, *args: Any, offered: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(pk, str(pk)) for pk in offered]  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """One community rule. A rule without a title is left out."""

    category = forms.ChoiceField(label="Qué no admite", choices=Category.choices, required=False)
    title = forms.CharField(label="Regla", max_length=120, required=False)
    text = forms.CharField(
        label="Explicación", required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the words of a rule that has a title."""
        data = super().clean() or {}
        if data.get("title") and not data.get("text"):
            self.add_error("text", "Explica la regla, con un ejemplo.")
        return data


class RulesVersionForm(forms.Form):
    """What a version of the community rules says beside its rules."""

    introduction = forms.CharField(
        label="Presentación",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Para qué son las reglas, en palabras que entienda cualquiera.",
        error_messages={"required": "Escribe la presentación."},
    )
    reason = forms.CharField(
        label="Por qué cambian", max_length=300, error_messages={"required": "Escribe por qué cambian."}
    )


def written_rules(forms_of_rules: Any) -> list[WrittenRule]:
    """Return the rules of a valid formset that have a title."""
    cleaned = [form.cleaned_data for form in forms_of_rules]
    return [WrittenRule(rule["category"], rule["title"], rule["text"]) for rule in cleaned if rule.get("title")]


RulesFormSet = forms.formset_factory(RuleForm, extra=BLANK_RULES, max_num=40)


class PublishForm(forms.Form):
    """The checklist of T-475 of 2024: how a version meets each of the four criteria."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for criterion in Criterion:
            self.fields[criterion.value] = forms.CharField(
                label=criterion.label,
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text="Di cómo se cumple: se publica con las reglas.",
                error_messages={"required": "Falta decir cómo se cumple."},
            )

    @property
    def notes(self) -> dict[Criterion, str]:
        """Return what was said of each criterion."""
        return {criterion: self.cleaned_data[criterion.value] for criterion in Criterion}
