from django.db import models


class ReplacementQuerySet(models.QuerySet):
    def open(self):
        """Neither signed nor given up: at most one per request."""
        return self.filter(ended_at=None)

    def under_way(self, scope):
        """Open ones of the documents of these offices, oldest first; one query for what a row shows."""
        return (
            self.open()
            .filter(scope.where("old__office"))
            .select_related("request", "old__office", "asked_by")
            .order_by("asked_at", "pk")
        )
