from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cotonou.documents.models import PublicKey
from cotonou.documents.states import KeyUse


class Command(BaseCommand):
    help = "Keeps an authority's revocation list and marks the seal certificates that it names."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, help="the list, PEM or DER")

    @transaction.atomic
    def handle(self, *args, path, **options):
        content = path.read_bytes()
        load = x509.load_pem_x509_crl if content.startswith(b"-----") else x509.load_der_x509_crl
        revocations = load(content)
        authority = self._authority(revocations)
        authority.crl = revocations.public_bytes(Encoding.PEM).decode()
        authority.save(update_fields=["crl"])
        marked = 0
        for key in PublicKey.objects.select_for_update().filter(use=KeyUse.SEAL, revoked_at=None):
            certificate = x509.load_pem_x509_certificate(key.material.encode())
            entry = revocations.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is not None and certificate.issuer == revocations.issuer:
                key.revoked_at = entry.revocation_date_utc
                key.revocation_reason = "Liste de révocation de l’autorité"
                key.save(update_fields=["revoked_at", "revocation_reason"])
                marked += 1
        self.stdout.write(f"{len(list(revocations))} entries kept, {marked} of our certificates revoked.")

    def _authority(self, revocations) -> PublicKey:
        for key in PublicKey.objects.filter(use=KeyUse.ROOT):
            public = x509.load_pem_x509_certificate(key.material.encode()).public_key()
            if revocations.is_signature_valid(public):
                return key
        raise CommandError("This list was signed by none of our authorities.")
