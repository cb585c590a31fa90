from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone


class MessageQuerySet(models.QuerySet):
    def newest_first(self):
        return self.order_by("-created_at", "-pk")

    def to_address(self, typed: str):
        """Messages whose address holds what somebody typed, spaces ignored."""
        wanted = "".join(typed.split())
        return self.filter(to__icontains=wanted) if wanted else self

    def unsent(self):
        """Refused, or waiting for longer than a sending takes; of the last week."""
        now = timezone.now()
        late = Q(state="QUEUED", created_at__lt=now - timedelta(minutes=15))
        return self.filter(Q(state="FAILED") | late, created_at__gte=now - timedelta(days=7))

    def inbox_of(self, user_uuid):
        """What a person reads in their own space."""
        return self.filter(channel="INBOX", contact__user_uuid=user_uuid).newest_first()

    def purgeable(self, *, older_than_days: int):
        """Settled long enough ago; an unsent message is never purged before it is given up."""
        limit = timezone.now() - timedelta(days=older_than_days)
        return self.filter(~Q(state="QUEUED"), created_at__lt=limit)


class OneTimeCodeQuerySet(models.QuerySet):
    def live(self):
        return self.filter(used_at=None, expires_at__gt=timezone.now())
