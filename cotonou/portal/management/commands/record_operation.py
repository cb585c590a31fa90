from django.core.management.base import BaseCommand

from cotonou.accounts.actors import SYSTEM
from cotonou.portal import services
from cotonou.portal.models import OperationRecord
from cotonou.territory.dates import local_today


class Command(BaseCommand):
    help = "Note an off-site backup or a restore drill done today; for cron, after bin/backup or bin/restore."

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=["OFFSITE_BACKUP", "RESTORE_DRILL"])
        parser.add_argument("reference", help="where the copy is, or the machine it was restored on")

    def handle(self, kind, reference, **options):
        kind = OperationRecord.Kind(kind)
        services.record_operation(kind=kind, happened_on=local_today(), reference=reference, by=SYSTEM)
        self.stdout.write(f"{kind.label}: {reference}")
