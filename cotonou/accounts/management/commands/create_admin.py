import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import Office, User
from cotonou.accounts.permissions import Role
from cotonou.accounts.services import create_staff
from cotonou.core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Create the first administrator: role at the mairie and technical administration. "
        "The second factor is set up at the first log-in."
    )

    def add_arguments(self, parser):
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True, help="full name, as people will read it")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    @transaction.atomic
    def handle(self, *, email, name, password_stdin, **options):
        password = sys.stdin.readline().rstrip("\n") if password_stdin else getpass.getpass()
        try:
            validate_password(password, User(full_name=name, email=email))
            user = create_staff(
                full_name=name,
                email=email,
                password=password,
                office=Office.objects.get(code="MAIRIE"),
                role=Role.ADMINISTRATOR,
                by=SYSTEM,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
        self.stdout.write(
            f"{email} can log in at /compte/login/ and will be asked to set up a second factor."
        )
