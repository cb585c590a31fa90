import structlog
from allauth.account.adapter import get_adapter
from allauth.account.views import ConfirmLoginCodeView as BaseConfirmLoginCodeView
from allauth.mfa.base.views import AuthenticateView as BaseAuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth, flows
from allauth.mfa.webauthn.views import AddWebAuthnView as BaseAddWebAuthnView
from django.http import HttpResponseRedirect
from django.urls import reverse

from cotonou.accounts import second_factor

log = structlog.get_logger(__name__)


class ConfirmLoginCodeView(BaseConfirmLoginCodeView):
    """Asking for another code answers alike for a phone without account, where allauth's own view fails."""

    def _resend_form_valid(self, form):
        process = self._process
        if process.user is not None:
            return super()._resend_form_valid(form)
        process.send(skip_enumeration_mails=True)  # counts against the limits, sends nothing
        process.record_resend()
        process.persist()
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))

    def form_invalid(self, form):
        log.warning("accounts.login_code_refused")
        return super().form_invalid(form)


class AuthenticateView(BaseAuthenticateView):
    """Says what this person has: an application or not, an administrator or their mairie."""

    def get_context_data(self, **kwargs) -> dict:
        user = self.stage.login.user
        apps = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
        said = {
            "has_application": apps.exists(),
            "of_staff": user.is_superuser or user.memberships.in_force().exists(),
        }
        return super().get_context_data(**kwargs) | said


class AddPasskeyView(BaseAddWebAuthnView):
    """A citizen's key replaces the code: it logs in alone, and there is nothing to rescue by other codes."""

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        if not second_factor.is_asked_of(self.request.user):
            # Over the first options: the device must keep the key and check the person, or it is refused.
            context["js_data"] = {
                "creation_options": auth.begin_registration(self.request.user, passwordless=True)
            }
        return context

    def form_valid(self, form):
        if second_factor.is_asked_of(self.request.user):
            return super().form_valid(form)
        user, given = self.request.user, form.cleaned_data
        # As at sign-up: allauth adds recovery codes to every other key.
        flows.signup_authenticator(self.request, user, given["name"], given["credential"])
        get_adapter().send_notification_mail("mfa/email/webauthn_added", user)
        return HttpResponseRedirect(reverse("mfa_index"))
