from django.db import models
from django.db.models import Q

from cotonou.formbuilder.states import DraftState


class FormVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published_at__isnull=False)

    def newest_of(self, slug: str):
        """The published versions of a form, the one in force first."""
        return self.published().filter(definition__slug=slug).order_by("-number")


class DraftQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Drafts of the actor's contacts, of their account, or begun in this session."""
        own = actor.own_contacts() | Q(public_id__in=actor.grants)
        if actor.author_uuid:
            own |= Q(owner_uuid=actor.author_uuid)
        return self.filter(own)

    def is_visible_to(self, actor, public_id):
        """Whether the actor sees this draft, and so the files given for it."""
        return self.visible_to(actor).filter(public_id=public_id).exists()

    def still_open(self, now):
        return self.filter(state=DraftState.OPEN, expires_at__gt=now)

    def newest_first(self):
        return self.order_by("-updated_at", "-pk")
