"""allauth's forms with our fields: French labels, remedies, nothing to guess from a placeholder."""

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.base import forms as mfa
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm as BaseGenerateRecoveryCodesForm
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from cotonou.accounts import second_factor
from cotonou.accounts import services as accounts
from cotonou.accounts.models import User
from cotonou.core import phones
from cotonou.core.errors import DomainError
from cotonou.core.forms import BooleanField, CharField, EmailField, OneTimeCodeField, PasswordField
from cotonou.core.forms.base import say_the_remedy

STAFF_AREAS = ("/agents/", "/gestion-technique/")
NEW_PASSWORD_HINT = _("12 caractères au moins ; une phrase de plusieurs mots convient.")


class Worded(forms.Form):
    """Errors of allauth's forms say the remedy, as on the rest of the portal."""

    use_required_attribute = False

    def full_clean(self):
        for name, field in self.fields.items():
            say_the_remedy(field, str(self[name].label))
        super().full_clean()


def _new_passwords() -> dict[str, forms.Field]:
    return {
        "password1": PasswordField(
            label=_("Nouveau mot de passe"),
            called=_("un nouveau mot de passe"),
            help_text=NEW_PASSWORD_HINT,
            autocomplete="new-password",
        ),
        "password2": PasswordField(
            label=_("Le même, une seconde fois"),
            called=_("le mot de passe une seconde fois"),
            autocomplete="new-password",
        ),
    }


class NewPassword(Worded):
    """Two boxes."""

    user: User

    def clean_password1(self):
        password_validation.validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]

    def clean(self):
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("Saisissez deux fois le même mot de passe."))
        return self.cleaned_data


class LoginForm(Worded, account.LoginForm):
    """A phone or an e-mail, and a code follows; with a password for staff."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.with_password = "password" in self.data if self.is_bound else _for_staff(self.request)
        self.fields = {
            "login": CharField(
                label=_("Votre numéro de téléphone ou votre adresse électronique"),
                called=_("votre numéro de téléphone ou votre adresse électronique"),
                help_text="" if self.with_password else _("Vous y recevrez un code à 6 chiffres."),
                autocomplete="username",
                spellcheck="false",
                max_length=254,
            )
        }
        if self.with_password:
            self.fields["password"] = PasswordField(label=_("Votre mot de passe"), max_length=1000)

    def clean_login(self):
        typed = self.cleaned_data["login"].strip()
        if "@" in typed:
            try:
                validate_email(typed)
            except ValidationError as error:
                raise get_adapter().validation_error("invalid_login") from error
            return typed.lower()
        try:
            return phones.to_e164(typed, foreign=True)
        except phones.PhoneError as error:
            raise get_adapter().validation_error("invalid_login") from error

    def _clean_without_password(self, email, phone):
        if not ratelimit.consume(context.request, action="request_login_code", key=email or phone):
            raise get_adapter().validation_error("too_many_login_attempts")
        self.user = accounts.user_to_reach(phone=phone or "", email=email or "")
        return self.cleaned_data


def _for_staff(request) -> bool:
    return "agent" in request.GET or request.GET.get("next", "").startswith(STAFF_AREAS)


class SignupForm(Worded, account.SignupForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {
            "full_name": CharField(
                label=_("Vos prénoms et votre nom"),
                called=_("vos prénoms et votre nom"),
                autocomplete="name",
                spellcheck="false",
                max_length=200,
            ),
            "phone": self.fields["phone"],
        }
        self.fields["phone"].help_text = _("Nous y envoyons un code, maintenant et à chaque connexion.")


class CodeForm(Worded):
    """The field of a code received by SMS or e-mail."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = OneTimeCodeField(label=_("Code reçu"), called=_("le code reçu"))


class ConfirmLoginCodeForm(CodeForm, account.ConfirmLoginCodeForm):
    pass


class VerifyPhoneForm(CodeForm, account.VerifyPhoneForm):
    pass


class ChangePhoneForm(Worded, account.ChangePhoneForm):
    pass


class AddEmailForm(Worded, account.AddEmailForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"] = EmailField(
            label=_("Votre adresse électronique"), help_text=_("Nous y envoyons un lien à ouvrir.")
        )


class ChangePasswordForm(NewPassword, account.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {"oldpassword": PasswordField(label=_("Votre mot de passe actuel"))} | _new_passwords()


class SetPasswordForm(NewPassword, account.SetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = _new_passwords()


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"] = EmailField(label=_("Votre adresse professionnelle"))


class ResetPasswordKeyForm(NewPassword, account.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = _new_passwords()


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField(label=_("Votre mot de passe"))


# -- second factor -------------------------------------------------------------


class FreshCode(Worded):
    """A code of the application or a recovery code, spent in PostgreSQL."""

    user: User

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = CharField(
            label=_("Code de votre application"),
            called=_("le code de votre application"),
            help_text=_("6 chiffres, ou un code de secours de 8 chiffres."),
            autocomplete="one-time-code",
            inputmode="numeric",
            width=10,
            max_length=20,
        )

    def clean_code(self):
        code = self.cleaned_data["code"]
        try:
            self.authenticator = second_factor.confirm(self.user, code)
        except DomainError as error:
            raise ValidationError(error.message, error.code) from error
        self.authenticator.user = self.user
        return code


class MFAAuthenticateForm(FreshCode, mfa.AuthenticateForm):
    pass


class MFAReauthenticateForm(FreshCode, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(Worded, totp.ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = OneTimeCodeField(
            label=_("Code affiché par l’application"), called=_("le code affiché par l’application")
        )

    def clean_code(self):
        code = super().clean_code()
        second_factor.spend(self.user, self.secret, code)
        return code


class DeactivateTOTPForm(Worded, totp.DeactivateTOTPForm):
    pass


class GenerateRecoveryCodesForm(Worded, BaseGenerateRecoveryCodesForm):
    pass


def _key_name() -> CharField:
    return CharField(
        label=_("Nom de la clé"),
        called=_("un nom pour la clé"),
        help_text=_("Pour la reconnaître : « Mon téléphone », « Clé du bureau »."),
        autocomplete="off",
        max_length=60,
    )


class AddWebAuthnForm(Worded, webauthn.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        alone = BooleanField(
            label=_("Me connecter avec cette clé seule, sans code"),
            help_text=_("L’appareil demandera votre empreinte, votre visage ou son code."),
            required=False,
            initial=True,
            says_optional=False,
        )
        # A citizen's key always logs in alone: the view asks the device for one that can.
        chosen = {"passwordless": alone} if second_factor.is_asked_of(self.user) else {}
        self.fields = {"name": _key_name(), **chosen, "credential": self.fields["credential"]}
        self.fields["name"].required = False


class EditWebAuthnForm(Worded, webauthn.EditWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = _key_name()
