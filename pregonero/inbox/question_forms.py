"""Forms of the rules of questions. They validate and never save."""

from collections.abc import Iterable
from typing import Any

from django import forms

from pregonero.inbox.forms import QUESTIONS
from pregonero.inbox.questions.rule_limits import LONGEST_WHY, MOST_RULES
from pregonero.inbox.questions.rules import Rule
from pregonero.inbox.states import Question

LONGEST_LIST = 20_000  # characters of a list of phrases


class RuleForm(forms.Form):
    """A rule, with its phrases one on each line. One without phrases is left out."""

    question = forms.ChoiceField(label="Cuando dice algo de esto, pide", choices=QUESTIONS)
    phrases = forms.CharField(
        label="Frases, una por línea",
        max_length=LONGEST_LIST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Da igual si llevan tildes. Un asterisco al final vale por lo que siga: entrevista*",
    )
    unless = forms.CharField(
        label="Salvo si también dice",
        max_length=LONGEST_LIST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    why = forms.CharField(
        label="Razón que verá quien la confirma",
        max_length=LONGEST_WHY,
        required=False,
    )
    position = forms.IntegerField(
        label="Orden",
        min_value=1,
        max_value=MOST_RULES,
        required=False,
        help_text="Gana la primera que se cumple.",
    )

    @property
    def rule(self) -> Rule | None:
        """Return the rule, or None when it has no phrases."""
        data = self.cleaned_data  # empty for a form that was left as it was shown
        phrases = lines_of(data.get("phrases", ""))
        if not phrases:
            return None
        return Rule(Question(data["question"]), data["why"].strip(), phrases, lines_of(data["unless"]))


class RulesReasonForm(forms.Form):
    """Why the rules change."""

    reason = forms.CharField(
        label="Por qué cambian", max_length=300, error_messages={"required": "Escribe por qué cambian las reglas."}
    )


RuleFormSet = forms.formset_factory(RuleForm, extra=1, max_num=MOST_RULES, absolute_max=MOST_RULES)


def rules_of(forms_of_rules: Iterable[Any]) -> list[Rule]:
    """Return the rules that have phrases, in their order, of forms that are valid."""
    ordered = sorted(forms_of_rules, key=lambda form: form.cleaned_data.get("position") or MOST_RULES + 1)
    return [form.rule for form in ordered if form.rule is not None]


def lines_of(text: str) -> tuple[str, ...]:
    """Return the lines of a text that have something, once each."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def initial_of(rules: tuple[Rule, ...]) -> list[dict[str, Any]]:
    """Return the values of the forms that show rules."""
    return [
        {
            "question": rule.question,
            "phrases": "\n".join(rule.phrases),
            "unless": "\n".join(rule.unless),
            "why": rule.why,
            "position": number,
        }
        for number, rule in enumerate(rules, 1)
    ]
