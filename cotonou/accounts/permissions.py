"""Who may do what: roles, permissions and the one table between them.

A view declares exactly one of ``require_permission``, ``public`` or
``signed_in``; the permission matrix test fails for a route that declares none.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cotonou.core.views import csrf


class Role(models.TextChoices):
    COUNTER_AGENT = "COUNTER_AGENT", _("agent de guichet")
    CLERK = "CLERK", _("agent d’état civil")
    OFFICER = "OFFICER", _("officier d’état civil")
    ARCHIVIST = "ARCHIVIST", _("archiviste")
    RELAY_AGENT = "RELAY_AGENT", _("agent de liaison UCIP")
    CASHIER = "CASHIER", _("caissier")
    REGISSEUR = "REGISSEUR", _("régisseur")
    FINANCE = "FINANCE", _("agent financier")
    CATALOGUE = "CATALOGUE", _("responsable des démarches")
    AUDITOR = "AUDITOR", _("auditeur")
    ADMINISTRATOR = "ADMINISTRATOR", _("administrateur du portail")


class Permission(StrEnum):
    ACT_REQUEST_VIEW = "act_request.view"
    ACT_REQUEST_PREPARE = "act_request.prepare"
    ACT_REQUEST_SIGN = "act_request.sign"
    ACT_REQUEST_TRANSFER = "act_request.transfer"
    COUNTER_ENTRY = "counter.entry"
    COUNTER_DELIVER = "counter.deliver"
    REGISTER_VIEW = "register.view"
    REGISTER_IMPORT = "register.import"
    REGISTER_TRANSCRIBE = "register.transcribe"
    ARCHIVE_SEARCH = "archive.search"
    RELAY_MANAGE = "relay.manage"
    DOCUMENT_REVOKE = "document.revoke"
    CASH_DESK = "cash.desk"
    CASH_SUPERVISE = "cash.supervise"
    PAYMENT_VIEW = "payment.view"
    LEDGER_VIEW = "ledger.view"
    CATALOGUE_MANAGE = "catalogue.manage"
    TERRITORY_MANAGE = "territory.manage"
    MEMBERSHIP_MANAGE = "membership.manage"
    JOB_VIEW = "job.view"
    JOB_RETRY = "job.retry"
    AUDIT_VIEW = "audit.view"
    GO_LIVE_VIEW = "go_live.view"


P = Permission
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.COUNTER_AGENT: frozenset(
        {P.ACT_REQUEST_VIEW, P.COUNTER_ENTRY, P.COUNTER_DELIVER, P.CASH_DESK, P.PAYMENT_VIEW}
    ),
    Role.CLERK: frozenset(
        {
            P.ACT_REQUEST_VIEW,
            P.ACT_REQUEST_PREPARE,
            P.ACT_REQUEST_TRANSFER,
            P.REGISTER_VIEW,
            P.REGISTER_TRANSCRIBE,
            P.COUNTER_DELIVER,
        }
    ),
    Role.OFFICER: frozenset({P.ACT_REQUEST_VIEW, P.ACT_REQUEST_SIGN, P.REGISTER_VIEW, P.DOCUMENT_REVOKE}),
    Role.ARCHIVIST: frozenset({P.ARCHIVE_SEARCH, P.REGISTER_VIEW, P.REGISTER_IMPORT, P.REGISTER_TRANSCRIBE}),
    # Reads and prepares what goes to the UCIP, and nothing else.
    Role.RELAY_AGENT: frozenset({P.RELAY_MANAGE}),
    Role.CASHIER: frozenset({P.CASH_DESK, P.PAYMENT_VIEW}),
    Role.REGISSEUR: frozenset({P.CASH_SUPERVISE, P.PAYMENT_VIEW, P.LEDGER_VIEW}),
    Role.FINANCE: frozenset({P.PAYMENT_VIEW, P.LEDGER_VIEW}),
    Role.CATALOGUE: frozenset({P.CATALOGUE_MANAGE}),
    Role.AUDITOR: frozenset({P.AUDIT_VIEW, P.LEDGER_VIEW, P.PAYMENT_VIEW, P.JOB_VIEW}),
    Role.ADMINISTRATOR: frozenset(
        {P.MEMBERSHIP_MANAGE, P.TERRITORY_MANAGE, P.JOB_VIEW, P.JOB_RETRY, P.AUDIT_VIEW, P.GO_LIVE_VIEW}
    ),
}

View = Callable[..., HttpResponse]


def to_login(request: HttpRequest) -> HttpResponse:
    """The log-in page; with a form in hand, first a page that keeps what was typed."""
    path = request.get_full_path()
    if request.method == "POST" and csrf.came_from_us(request):
        # Back to the page of the form: the address that it is sent to often shows nothing.
        path = urlsplit(request.headers.get("Referer", "")).path or path
    address = f"{reverse('account_login')}?{urlencode({'next': path})}"
    typed = set(request.POST) - {"csrfmiddlewaretoken"}
    return (csrf.typed_again(request, login=address) if typed else None) or redirect(address)


def to_second_factor(request: HttpRequest) -> HttpResponse:
    from cotonou.accounts import second_factor  # it needs the models, which need the roles above

    return redirect(second_factor.way_in(request.actor.user, next_path=request.get_full_path()))


def require_permission(*permissions: Permission) -> Callable[[View], View]:
    """Staff only: 403 without any of the permissions, log-in or second factor first.

    Which *rows* they reach is settled by ``visible_to``; a foreign row is a 404.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            actor = request.actor
            if actor.user is None:
                return to_login(request)
            if not any(actor.holds(p) for p in permissions):
                raise PermissionDenied
            if not actor.second_factor:
                return to_second_factor(request)
            return view(request, *args, **kwargs)

        wrapper.access = permissions
        return wrapper

    return decorate


def public(view: View) -> View:
    """Anyone may see this page; what it shows is settled by ``visible_to`` and grants."""
    view.access = "public"
    return view


def signed_in(view: View) -> View:
    @wraps(view)
    def wrapper(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return view(request, *args, **kwargs) if request.actor.user else to_login(request)

    wrapper.access = "signed_in"
    return wrapper
