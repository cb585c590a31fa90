from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cotonou.audit import checks, publishing, sealing
from cotonou.audit.chains import all_chains
from cotonou.audit.models import IntegrityCheck

# What bin/backup keeps of /integrite.json; see cotonou/embedded/backup.py.
COPY = "integrite.jsonl"
# A publication and the last transaction of a restored database may cross.
MARGIN = timedelta(minutes=1)


class Command(BaseCommand):
    help = (
        "Recompute every sealed chain and every registered check, compare with the published heads; "
        "name what was altered. Exit 1 if any."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--published",
            metavar="FILE",
            action="append",
            type=Path,
            help="a copy of /integrite.json kept elsewhere; that of BACKUP_DIR is always read if it is there",
        )
        parser.add_argument(
            "--as-of",
            metavar="TIME",
            type=datetime.fromisoformat,
            help="the database was restored to this time: what was published later does not count",
        )

    def handle(self, *, published, as_of, **options):
        copies = list(_copies(published or [], as_of))
        sealing.seal_all()
        findings = list(_findings(copies))
        for finding in findings:
            self.stdout.write(finding)
        heads = sealing.heads()
        if as_of is None:  # a restored copy is not the city
            rows = sum(count for count, _head in heads.values())
            kept = findings[: IntegrityCheck.SHOWN]
            IntegrityCheck.objects.create(rows=rows, found=len(findings), findings=kept)
        for name, (count, head) in heads.items():
            self.stdout.write(f"{name}: {count} lignes scellées, tête {head}")
        days = len(publishing.in_table())
        self.stdout.write(f"têtes publiées : {days} jours dans la base, {len(copies)} dans les copies")
        if findings:
            raise SystemExit(1)


def _copies(named, as_of):
    kept = Path(settings.BACKUP_DIR) / COPY
    for path in [*named, *([kept] if kept.exists() else [])]:
        try:
            copied = publishing.read_copy(path)
        except (OSError, ValueError) as error:
            raise CommandError(f"{path} : {error}") from error
        yield from (one for one in copied if as_of is None or one.at <= as_of - MARGIN)


def _findings(copies):
    for chain in all_chains():
        for row in sealing.verify(chain):
            yield f"{row.chain}: ligne {row.row_id} : {row.reason}"
    yield from publishing.broken(copies)
    for name, check in checks.all_checks():
        for finding in check():
            yield f"{name}: {finding}"
