"""allauth, as the portal uses it: phones on our user, our messages, our words, our redirects."""

import base64
import hashlib
import time
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.stages import PhoneVerificationStage
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from cotonou.accounts import second_factor
from cotonou.accounts import services as accounts
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import User
from cotonou.audit import services as audit
from cotonou.core import clients
from cotonou.core.errors import Conflict
from cotonou.core.forms import PhoneField
from cotonou.notifications import codes, rendering
from cotonou.notifications import services as notifications
from cotonou.notifications.states import Channel

LOGIN, PHONE = "portal.login", "portal.phone"
CITY = "Ville de Cotonou"
FRESH_SECONDS = 300


class SignupPhoneStage(PhoneVerificationStage):
    """A phone is proved when somebody signs up with it; later it is their choice, on their page."""

    def handle(self):
        return super().handle() if self.login.signup else (None, True)


class SecondFactorStage(AuthenticateStage):
    """After the code or the password, of those it is asked of; a citizen's passkey adds no step."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return super()._should_handle(request) and second_factor.is_asked_of(self.login.user)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Ce compte est fermé. Adressez-vous à votre mairie d’arrondissement."),
        "duplicate_email": _("Saisissez une autre adresse : celle-ci est déjà celle de votre compte."),
        "email_taken": _("Saisissez une autre adresse : celle-ci a déjà un compte."),
        "email_password_mismatch": _(
            "L’adresse ou le mot de passe est faux. Corrigez-les, puis recommencez."
        ),
        "phone_password_mismatch": _(
            "Le numéro ou le mot de passe est faux. Corrigez-les, puis recommencez."
        ),
        "username_password_mismatch": _(
            "Saisissez un téléphone, par exemple 01 97 00 00 00, ou une adresse comme nom@exemple.com."
        ),
        "enter_current_password": _("Saisissez votre mot de passe actuel : celui-ci n’est pas le bon."),
        "incorrect_code": _("Ce code n’est pas le bon. Saisissez le dernier code reçu."),
        "incorrect_password": _("Saisissez votre mot de passe : celui-ci n’est pas le bon."),
        "invalid_login": _(
            "Saisissez un téléphone, par exemple 01 97 00 00 00, ou une adresse comme nom@exemple.com."
        ),
        "invalid_or_expired_key": _("Ce lien n’est plus valable. Demandez-en un nouveau."),
        "invalid_password_reset": _("Ce lien n’est plus valable. Demandez-en un nouveau."),
        "max_email_addresses": _("Un compte n’a qu’une adresse : retirez d’abord l’autre."),
        "phone_taken": _("Saisissez un autre numéro : celui-ci a déjà un compte."),
        "rate_limited": _("Trop d’essais. Attendez quelques minutes, puis recommencez."),
        "same_as_current": _("Saisissez une autre valeur : celle-ci est déjà la vôtre."),
        "select_only_one": _("Choisissez le téléphone ou l’adresse, pas les deux."),
        "too_many_login_attempts": _("Trop d’essais. Attendez quelques minutes, puis recommencez."),
        "unverified_primary_email": _("Confirmez d’abord votre adresse avec le lien reçu par courriel."),
    }

    # -- phones

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        words = {"label": _("Votre numéro de téléphone"), "foreign": True}
        return PhoneField(**words | {"required": kwargs.get("required", True)})

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (str(user.phone), user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        if verified:
            accounts.prove_phone(user=user, phone=phone)
            return
        accounts.release_phone(phone=phone, keep=user)
        User.objects.filter(pk=user.pk).update(phone=phone, phone_verified=False)
        user.phone, user.phone_verified = phone, False

    def set_phone_verified(self, user: User, phone: str) -> None:
        accounts.prove_phone(user=user, phone=phone)

    def get_user_by_phone(self, phone: str) -> User | None:
        return accounts.user_to_reach(phone=phone)

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        codes.issue(code, purpose=LOGIN, phone=phone, language=user.language)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Nothing leaves, and everything else is the same: same page, same limits."""
        codes.issue(codes.new(), purpose=LOGIN, phone=phone, deliver=False)

    def send_account_already_exists_sms(self, phone: str) -> None:
        codes.issue(codes.new(), purpose=LOGIN, phone=phone, deliver=False)
        self._write(Channel.SMS, phone, "portal.account_already_exists", {})

    def generate_login_code(self) -> str:
        return codes.new()

    def generate_phone_verification_code(self, *, user: User, phone: str) -> str:
        return codes.new()

    # -- accounts

    def new_user(self, request: HttpRequest) -> User:
        return User(language=get_language() or "fr")

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Without password: whoever holds the phone logs in by code. Raises Conflict on a race."""
        user.full_name, user.phone = form.cleaned_data["full_name"], form.cleaned_data["phone"]
        user.set_unusable_password()
        try:
            with transaction.atomic():
                accounts.release_phone(phone=str(user.phone))
                user.save()
        except IntegrityError as error:
            raise Conflict(gettext("Ce numéro est en cours d’inscription. Recommencez.")) from error
        return user

    def get_login_stages(self) -> list[str]:
        ours = {
            "allauth.account.stages.PhoneVerificationStage": SignupPhoneStage,
            "allauth.mfa.stages.AuthenticateStage": SecondFactorStage,
        }
        paths = {theirs: f"{stage.__module__}.{stage.__qualname__}" for theirs, stage in ours.items()}
        return [paths.get(path, path) for path in super().get_login_stages()]

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any):
        accounts.link_contacts(user)
        if user.memberships.in_force().exists():
            audit.record("accounts.staff_logged_in", subject=user, actor=Actor(user=user))
        return super().post_login(request, user, **kwargs)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A log-in of the last five minutes is as good as asking again."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < FRESH_SECONDS:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user: User) -> list[dict]:
        words = {
            "reauthenticate": _("Saisir mon mot de passe"),
            "mfa_reauthenticate": _("Saisir un code de mon application"),
            "mfa_reauthenticate:webauthn": _("Utiliser ma clé d’accès"),
        }
        methods = super().get_reauthentication_methods(user)
        if methods and not second_factor.is_asked_of(user):  # no application, whatever codes were made once
            methods = [method for method in methods if method["id"] != "mfa_reauthenticate"]
        return [method | {"description": words[method["id"]]} for method in methods]

    # -- where people go

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = cast("User", request.user)
        if user.memberships.in_force().exists():
            return "/agents/"
        return reverse("admin:index") if user.is_superuser else "/espace/"

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return "/espace/"

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return "/"

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("account_email" if self.request.user.is_authenticated else "account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def is_safe_url(self, url: str) -> bool:
        request = context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def get_client_ip(self, request: HttpRequest) -> str:
        return clients.client_ip(request)

    # -- messages

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.PORTAL_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        url = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PORTAL_URL + url.replace("UID-KEY", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """One of allauth's e-mails, ``account/email/<name>``, from our template ``portal.<name>``."""
        name = template_prefix.rsplit("/", 1)[-1]
        values = {key: value for key, value in context.items() if isinstance(value, str | int)}
        if name == "login_code":
            codes.issue(str(values["code"]), purpose=LOGIN, email=email)
            return
        if name in {"unknown_account", "account_already_exists"}:
            codes.issue(codes.new(), purpose=LOGIN, email=email, deliver=False)
        self._write(Channel.EMAIL, email, f"portal.{name}", values)

    def _write(self, channel: Channel, address: str, template: str, values: dict[str, Any]) -> None:
        language = get_language() or "fr"
        text = rendering.render(template, channel, language=language, context=values)
        if text is None:
            raise rendering.NoTemplate(template)
        # Links in these texts open accounts: kept no longer than a code.
        notifications.write(
            channel, address=address, text=text, template=template, language=language, secret=True
        )


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "Un agent garde toujours une double authentification. Ajoutez d’abord l’autre moyen."
        ),
        "cannot_generate_recovery_codes": _("Activez d’abord la double authentification."),
        "incorrect_code": _(
            "Ce code n’est pas le bon. Saisissez celui que votre application affiche maintenant."
        ),
        "unverified_email": _("Confirmez d’abord votre adresse avec le lien reçu par courriel."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return CITY

    def _get_site_name(self) -> str:
        return CITY

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff may change their second factor, not go without."""
        user = authenticator.user
        if (
            authenticator.type == Authenticator.Type.RECOVERY_CODES
            or not user.memberships.in_force().exists()
        ):
            return True
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return str(_("Ma clé d’accès")) if not count else f"{_('Ma clé d’accès')} {count + 1}"


def _cipher() -> MultiFernet:
    """Secrets at rest, under keys derived from SECRET_KEY and, for reading, its former values."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(f"portal.mfa:{key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
