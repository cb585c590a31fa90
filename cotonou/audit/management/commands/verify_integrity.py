from django.core.management.base import BaseCommand

from cotonou.audit import checks, sealing
from cotonou.audit.chains import all_chains


class Command(BaseCommand):
    help = "Recompute every sealed chain and every registered check; name what was altered. Exit 1 if any."

    def handle(self, **options):
        broken = 0
        sealing.seal_all()
        for chain in all_chains():
            for row in sealing.verify(chain):
                broken += 1
                self.stdout.write(f"{row.chain}: ligne {row.row_id} : {row.reason}")
        for name, check in checks.all_checks():
            for finding in check():
                broken += 1
                self.stdout.write(f"{name}: {finding}")
        for name, (count, head) in sealing.heads().items():
            self.stdout.write(f"{name}: {count} lignes scellées, tête {head}")
        if broken:
            raise SystemExit(1)
