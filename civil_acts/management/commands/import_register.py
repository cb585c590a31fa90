import json
import shutil
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import capfirst

from civil_acts.models.registers import ActKind, ImportBatch
from civil_acts.registers.columns import UnreadableFileError
from civil_acts.registers.problems import SHORT, Reason
from civil_acts.services import registers
from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import Office


class Command(BaseCommand):
    help = "Lit un registre d’état civil (CSV ou XLSX) : les bonnes lignes entrent, les autres reviennent."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", required=True, choices=[kind.lower() for kind in ActKind.values])
        parser.add_argument(
            "--office", required=True, help="code du bureau qui tient le registre, par exemple A05"
        )
        parser.add_argument("--mapping", type=Path, help="correspondance des en-têtes de ce bureau (JSON)")
        parser.add_argument("--rejected", type=Path, help="où écrire les lignes refusées (XLSX)")

    def handle(self, *, file: Path, kind: str, office: str, mapping, rejected, **options):
        if not file.is_file():
            raise CommandError(f"Fichier introuvable : {file}")
        try:
            keeper = Office.objects.get(code=office)
        except Office.DoesNotExist as error:
            raise CommandError(f"Bureau inconnu : {office}") from error
        try:
            batch = registers.import_register(
                path=file, kind=kind.upper(), office=keeper, by=SYSTEM, mapping=self._mapping(mapping)
            )
        except UnreadableFileError as error:
            raise CommandError(error.message) from error
        self._report(batch)
        if batch.rejected_file:
            self._hand_back(batch, rejected or file.with_name(f"{file.stem}-a-corriger.xlsx"))

    def _mapping(self, path: Path | None) -> dict:
        if path is None:
            return {}
        try:
            return json.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise CommandError(f"Fichier de correspondance illisible : {path} ({error})") from error

    def _report(self, batch: ImportBatch) -> None:
        self.stdout.write(f"{batch.rows_total} lignes lues")
        self.stdout.write(f"{batch.rows_added} actes ajoutés")
        self.stdout.write(f"{batch.rows_present} déjà présents")
        self.stdout.write(f"{batch.rows_rejected} lignes à corriger")
        for code, count in sorted(batch.reasons.items(), key=lambda item: (-item[1], item[0])):
            self.stdout.write(f"    {capfirst(SHORT[Reason(code)])} : {count}")

    def _hand_back(self, batch: ImportBatch, target: Path) -> None:
        with batch.rejected_file.open("rb") as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        self.stdout.write(f"Lignes à corriger : {target}")
