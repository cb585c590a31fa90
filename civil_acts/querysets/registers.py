from django.db import models
from django.db.models import Q

from cotonou.accounts.permissions import Permission

ARCHIVE_READERS = (Permission.ARCHIVE_SEARCH, Permission.ACT_REQUEST_VIEW)


class RegisterActQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The registers kept by the actor's offices; the mairie reads them all."""
        return self.filter(actor.scope(Permission.REGISTER_VIEW).where("office"))

    def valid(self):
        return self.filter(status="VALID")

    def of_year(self, year: int):
        """Drawn up in that year, or about an event of that year: people give either."""
        return self.filter(Q(year=year) | Q(event_year=year))

    def with_same_number_as(self, act):
        """Acts that would be taken for this one by centre, year and number."""
        return self.filter(
            kind=act.kind,
            office=act.office,
            year=act.year,
            act_number=act.act_number,
            act_number_suffix=act.act_number_suffix,
        ).exclude(pk=act.pk)


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.filter(actor.scope(Permission.REGISTER_IMPORT).where("office"))

    def recent_first(self):
        return self.select_related("office", "author").order_by("-created_at", "-pk")


class SearchSlipQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Archivists and those who handle requests, each within their offices."""
        return self.filter(actor.scope(*ARCHIVE_READERS).where("office"))

    def to_do(self):
        """What the archivist still has to look for, oldest first."""
        return self.filter(state="OPEN").select_related("office", "assigned_to").order_by("created_at", "pk")

    def answered(self):
        return (
            self.exclude(state="OPEN").select_related("office", "answered_by").order_by("-answered_at", "-pk")
        )

    def to_transcribe(self):
        """Photographed pages that nobody has typed yet."""
        return (
            self.filter(state="FOUND", transcription=None)
            .select_related("office", "answered_by")
            .order_by("answered_at", "pk")
        )


class TranscriptionQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.filter(actor.scope(Permission.REGISTER_TRANSCRIBE).where("slip__office"))

    def to_verify(self, *, by):
        """What this person may verify: never what they typed themselves."""
        return (
            self.filter(verified_at=None, returned_at=None)
            .exclude(transcribed_by=by.user)
            .select_related("slip__office", "transcribed_by")
            .order_by("transcribed_at", "pk")
        )

    def to_correct(self, *, by):
        """Sent back to the person who typed it."""
        return (
            self.filter(verified_at=None, returned_at__isnull=False, transcribed_by=by.user)
            .select_related("slip__office", "returned_by")
            .order_by("returned_at", "pk")
        )
