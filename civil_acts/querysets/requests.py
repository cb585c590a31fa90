from django.db import models
from django.db.models import Q

from civil_acts.states import CLERK_STATES, RequestState
from cotonou.accounts.permissions import Permission

READERS = (Permission.ACT_REQUEST_VIEW, Permission.RELAY_MANAGE)


def _reached(actor, *permissions):
    """All rows of the offices where this person has one of ``permissions``; of the liaison, its own files.

    The UCIP has no business with the other requests, which hold people's filiation.
    """
    where = actor.scope(*permissions).where("office")
    if liaison := actor.scope(Permission.RELAY_MANAGE):
        relayed = Q(procedure_version__procedure__service__authority_mode="RELAY")
        where |= liaison.where("office") & relayed
    return where


class ActRequestQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Staff see the rows of their offices today; anyone else, only their own."""
        if actor.scope(*READERS):
            return self.filter(_reached(actor, Permission.ACT_REQUEST_VIEW))
        return self.own(actor)

    def workable_by(self, actor):
        """What this person may prepare, whoever holds it now."""
        return self.filter(_reached(actor, Permission.ACT_REQUEST_PREPARE))

    def own(self, actor):
        return self.filter(actor.own_contacts("contact"))

    def own_or_visible(self, actor):
        """What a citizen holds, or what an office may touch for someone at its counter."""
        return self.filter(actor.own_contacts("contact") | _reached(actor, Permission.ACT_REQUEST_VIEW))

    def with_row(self):
        """Everything that a row of a list shows, in the same query."""
        return self.select_related("contact", "office", "claimed_by", "procedure_version__procedure__service")

    def clerk_queue(self):
        """What waits for a clerk, oldest due first."""
        return self.filter(state__in=CLERK_STATES).with_row().order_by("due_on", "pk")

    def to_sign(self, *, by):
        """What this officer may sign: never what they prepared, nor the replacement that they asked for."""
        return (
            self.filter(state=RequestState.TO_SIGN)
            .exclude(prepared_by=by.user)
            .exclude(replacements__asked_by=by.user, replacements__ended_at=None)
            .select_related("contact", "office", "prepared_by", "procedure_version__procedure__service")
            .order_by("due_on", "pk")
        )


class ComplementQuerySet(models.QuerySet):
    def open(self):
        """Asked, and neither answered nor dropped: at most one per request."""
        return self.filter(answered_at=None, dropped_at=None)


class RelayBatchQuerySet(models.QuerySet):
    def with_counts(self):
        """files: how many were handed over; answered: how many came back."""
        return self.annotate(
            files=models.Count("requests"),
            answered=models.Count("requests", filter=Q(requests__state=RequestState.READY_ELSEWHERE)),
        )
