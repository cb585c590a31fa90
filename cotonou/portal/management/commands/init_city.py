from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from civil_acts import reference as procedures
from cotonou.accounts.models import Membership, Office
from cotonou.accounts.permissions import Role
from cotonou.catalogue import golive
from cotonou.catalogue.models import Service
from cotonou.jobs import services as jobs
from cotonou.portal.models import OperationRecord
from cotonou.territory import reference
from cotonou.territory.models import Holiday, Quartier

COUNTS = {"quartiers": (Quartier, 164), "bureaux": (Office, 14), "démarches": (Service, 44)}


class Command(BaseCommand):
    help = (
        "Make an empty city ready for its first administrator: checks the database, completes the holidays, "
        "creates the keys and the administrator, then says what remains. Safe to repeat."
    )

    def add_arguments(self, parser):
        parser.add_argument("--email", help="the first administrator's address; asked for when missing")
        parser.add_argument("--name", help="the first administrator's full name; asked for when missing")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from stdin")

    def handle(self, *, email, name, password_stdin, **options):
        self._check()
        years = reference.default_years()
        added = reference.load_holidays(Holiday, years=years)
        self.stdout.write(f"Jours fériés : {added} ajoutés jusqu’en {years[-1]}.")
        procedures.load(demonstration=False)
        self.stdout.write("Démarches, règles et modèles : préparés, à confirmer avant publication.")
        if settings.DOCUMENT_KEYS_PROVIDER == "file":
            call_command("make_dev_keys", stdout=self.stdout)
        if Membership.objects.in_force().filter(role=Role.ADMINISTRATOR).exists():
            self.stdout.write("Un administrateur existe déjà.")
        else:
            email = email or input("Adresse électronique du premier administrateur : ")
            name = name or input("Nom et prénoms : ")
            call_command(
                "create_admin", email=email, name=name, password_stdin=password_stdin, stdout=self.stdout
            )
        # The worker that reaches the keys tries them now, not when its clock comes round.
        for topic in ("documents.probe_keys", "audit.publish_heads", "audit.verify"):
            jobs.enqueue(topic, key=f"init_city:{topic}:{timezone.now():%Y%m%d%H%M}")
        self._say_what_remains()

    def _check(self):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("Le schéma n’est pas à jour : lancez d’abord « manage.py migrate ».")
        if OperationRecord.objects.filter(kind=OperationRecord.Kind.DEMONSTRATION).exists():
            raise CommandError("Cette base contient des données de démonstration : créez-en une vide.")
        for name, (model, wanted) in COUNTS.items():
            if (found := model._default_manager.count()) < wanted:
                raise CommandError(f"Il manque des {name} : {found} au lieu de {wanted}.")

    def _say_what_remains(self):
        self.stdout.write("\nLa ville est prête. Il reste, avant d’ouvrir au public :")
        for point in golive.blockers():
            self.stdout.write(f" - {point.label} : {point.result.remedy}")
        self.stdout.write("La page « Mise en service » (/agents/mise-en-service/) suit ces points.")
