from django.db import models
from django.db.models import Q
from django.utils import timezone


class JobQuerySet(models.QuerySet):
    def unfinished(self):
        return self.filter(done_at=None, parked_at=None)

    def offerable(self):
        """Due and leased by nobody: what the sweep offers to the workers again."""
        now = timezone.now()
        return (
            self.unfinished()
            .filter(due_at__lte=now)
            .filter(Q(leased_until=None) | Q(leased_until__lt=now))
            .order_by("due_at", "pk")
        )

    def parked(self):
        return self.filter(parked_at__isnull=False).order_by("-parked_at", "-pk")
