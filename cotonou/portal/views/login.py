import structlog
from allauth.account.views import ConfirmLoginCodeView as BaseConfirmLoginCodeView
from django.http import HttpResponseRedirect

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
