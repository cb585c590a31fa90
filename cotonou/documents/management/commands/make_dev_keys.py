from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cotonou.documents import keys
from cotonou.documents.keys import file


class Command(BaseCommand):
    help = "Creates the development keys of the seal and of the QR codes; does nothing when they exist."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--rotate-qr", action="store_true", help="a new key for QR codes")
        parser.add_argument("--rotate-seal", action="store_true", help="a new certificate for the seal")

    def handle(self, *args, rotate_qr, rotate_seal, **options):
        if settings.DOCUMENT_KEYS_PROVIDER != "file":
            raise CommandError("DOCUMENT_KEYS_PROVIDER is not « file »: the keys are made elsewhere.")
        folder = Path(settings.DOCUMENT_KEYS_DIR)
        made = file.make(folder, rotate_qr=rotate_qr, rotate_seal=rotate_seal)
        keys.reset()
        self.stdout.write(f"{folder}: {', '.join(made) if made else 'nothing to do'}")
