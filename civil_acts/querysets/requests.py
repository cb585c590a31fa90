from django.db import models
from django.db.models import Q

from civil_acts.states import CLERK_STATES, RequestState
from cotonou.accounts.permissions import Permission

READERS = (Permission.ACT_REQUEST_VIEW, Permission.RELAY_MANAGE)


class ActRequestQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Staff see the rows of their offices today; anyone else, only their own."""
        scope = actor.scope(*READERS)
        if scope:
            return self.filter(scope.where("office"))
        return self.own(actor)

    def own(self, actor):
        return self.filter(actor.own_contacts("contact"))

    def own_or_visible(self, actor):
        """What a citizen holds, or what an office may touch for someone at its counter."""
        scope = actor.scope(*READERS)
        return self.filter(actor.own_contacts("contact") | (scope.where("office") if scope else Q(pk__in=[])))

    def clerk_queue(self):
        """What waits for a clerk, oldest due first; one query for everything a row shows."""
        return (
            self.filter(state__in=CLERK_STATES)
            .select_related("contact", "office", "claimed_by", "procedure_version__procedure__service")
            .order_by("due_on", "pk")
        )

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
