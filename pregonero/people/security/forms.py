"""The forms that ask for a code of the second factor: at sign-in, before a sensitive step, and to activate it."""

import struct
from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from pregonero.people import signin_limits
from pregonero.people.models import User
from pregonero.people.security import actions, verified_session
from pregonero.people.security.actions.tokens import TokenPlan
from pregonero.people.security.scopes import SCOPES

WRONG_KEY = "El navegador no mostró bien la llave. Inténtalo otra vez."
WRONG = "Ese código no es, o ya se usó. Escribe el que ves ahora."


def _code_field(label: str, inputmode: str) -> forms.CharField:
    attributes = {"autocomplete": "one-time-code", "inputmode": inputmode, "autofocus": True, "spellcheck": "false"}
    return forms.CharField(
        label=label,
        max_length=40,
        widget=forms.TextInput(attrs=attributes),
        error_messages={"required": "Escribe el código."},
    )


class CodeForm(forms.Form):
    """A code of the application, or a recovery code. Checking it uses it up."""

    code = _code_field("Código", "text")
    is_reauthentication = False

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.factor = user, ""

    def clean_code(self) -> str:
        """Count the attempt, and check the code."""
        usage = signin_limits.count_code(context.request, user=self.user)
        code: str = self.cleaned_data["code"]
        self.factor = actions.use_code(user=self.user, code=code, now=timezone.now())
        if not self.factor:
            raise ValidationError(WRONG, code="incorrect_code")
        usage.rollback()
        return code

    def save(self) -> None:
        """Have the session say with what the person showed who they are."""
        self._note()

    def _note(self) -> None:
        again = {"reauthenticated": True} if self.is_reauthentication else {}
        record_authentication(context.request, self.user, "mfa", type=self.factor, **again)


class SignInCodeForm(CodeForm):
    """The code that is asked at sign-in, after the password."""

    trust = forms.BooleanField(
        label=f"No pedirlo en este equipo durante {actions.TRUST.days} días",
        required=False,
        help_text="Solo si nadie más lo usa.",
    )


class ReauthenticationForm(CodeForm):
    """The code that is asked before a sensitive step."""

    is_reauthentication = True

    def save(self) -> None:
        """Have the session say it; one that began before the factor existed has it from now on."""
        self._note()
        verified_session.mark(context.request)


class ConfirmForm(forms.Form):
    """The first code of an application, which activates it."""

    code = _code_field("Código de seis números", "numeric")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_code(self) -> str:
        """Count the attempt, and activate the application if the code is right."""
        usage = signin_limits.count_code(context.request, user=self.user)
        code: str = self.cleaned_data["code"]
        if not actions.confirm_code_app(user=self.user, code=code, now=timezone.now()):
            raise ValidationError("Ese código no es, o ya cambió. Mira la hora de tu teléfono y escribe el de ahora.")
        usage.rollback()
        return code


class _KeyField(forms.JSONField):
    """What the browser says of a key. django-allauth answers with an error of the server to some malformed ones."""

    widget = forms.HiddenInput

    def __init__(self, kind: type[RegistrationResponse] | type[AuthenticationResponse]) -> None:
        super().__init__(error_messages={"required": WRONG_KEY, "invalid": WRONG_KEY})
        self.kind = kind

    def to_python(self, value: Any) -> Any:
        """Return the answer of the browser, unless a part of it is missing or has another type."""
        answer = super().to_python(value)
        try:
            self.kind.from_dict(answer)
        except (TypeError, ValueError, KeyError, AttributeError, struct.error) as error:
            raise ValidationError(WRONG_KEY, code="malformed_key") from error
        return answer


class SignInKeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A key as the second step of signing in."""

    credential = _KeyField(AuthenticationResponse)


class KeyAloneForm(LoginWebAuthnForm):  # type: ignore[misc]
    """A key that signs in alone."""

    credential = _KeyField(AuthenticationResponse)


class ReauthenticationKeyForm(ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A key that is asked before a sensitive step."""

    credential = _KeyField(AuthenticationResponse)


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new key: its name, and whether it signs in alone."""

    credential = _KeyField(RegistrationResponse)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Nombre"
        self.fields["passwordless"].help_text = "Pide tu huella, tu rostro o un PIN."


class TokenForm(forms.Form):
    """A token that a program will use: what it is for, what it may do, and until when."""

    name = forms.CharField(
        label="Qué programa lo va a usar",
        max_length=80,
        help_text="Por ejemplo: el gestor de contenidos de la sede.",
        error_messages={"required": "Escribe qué programa lo va a usar."},
    )
    scopes = forms.MultipleChoiceField(
        label="Para qué sirve",
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="Lo que tú no puedes hacer, tampoco lo hace el programa.",
        error_messages={"required": "Elige para qué sirve el token."},
    )
    days = forms.TypedChoiceField(
        label="Cuánto dura",
        coerce=int,
        choices=[("7", "Una semana"), ("30", "Un mes"), ("90", "Tres meses"), ("365", "Un año")],
        initial="90",
    )

    def plan(self) -> TokenPlan:
        """Return what is asked, once the form is valid."""
        data = self.cleaned_data
        return TokenPlan(data["name"], data["scopes"], timedelta(days=data["days"]))
