import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone


class TemplateVersionQuerySet(models.QuerySet):
    def in_force(self, kind: str, on: datetime.date):
        """The published versions of a kind that hold on a day, newest first."""
        return (
            self.filter(template__kind=kind, published_at__isnull=False, starts_on__lte=on)
            .filter(Q(ends_on=None) | Q(ends_on__gte=on))
            .select_related("template")
            .order_by("-number")
        )


class IssuedDocumentQuerySet(models.QuerySet):
    def of_subject(self, subject_uuid):
        """Every document made for a request, payment or other subject, newest first."""
        return self.filter(subject_uuid=subject_uuid).select_related("office").order_by("-issued_at", "-pk")

    def sealed(self):
        return self.filter(sealed_at__isnull=False)


class UploadQuerySet(models.QuerySet):
    def kept(self):
        """Files that still exist."""
        return self.filter(purged_at=None)

    def of_subject(self, subject_uuid):
        return self.kept().filter(subject_uuid=subject_uuid).order_by("created_at", "pk")

    def due_for_purge(self):
        return self.kept().filter(delete_after__lt=timezone.localdate()).order_by("delete_after", "pk")


class PublicKeyQuerySet(models.QuerySet):
    def for_use(self, use: str):
        return self.filter(use=use).order_by("valid_from", "pk")
