"""The actions of this room, in words an auditor reads."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cotonou.accounts.permissions import Permission
from cotonou.audit import actions, subjects
from cotonou.audit.actions import Detail
from cotonou.ledger.models import Entry, Period


def register() -> None:
    add = partial(actions.register, group=_("Comptabilité"))
    add(
        "ledger.reversed",
        _("Écriture annulée par une écriture contraire"),
        reason=_("motif"),
        reversal=Detail(_("écriture contraire"), about="ledger.entry"),
    )
    add("ledger.period_closed", _("Période comptable fermée"))
    subjects.register(
        Entry,
        label=_("écriture"),
        readable=_readable,
        page=lambda entry: reverse("ledger:entry", args=[entry.public_id]),
    )
    subjects.register(Period, label=_("période"))


def _readable(actor):
    entries = Entry.objects.visible_to(actor)
    return entries if actor.has(Permission.LEDGER_VIEW) else entries.none()
