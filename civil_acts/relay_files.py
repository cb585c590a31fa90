"""The two files exchanged with the UCIP: the list of a batch out, its answers in."""

import csv
import datetime
import io
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from civil_acts import workbooks
from civil_acts.models import ActRequest, RelayBatch
from civil_acts.services.relay import Answer
from cotonou.core import codes
from cotonou.core.errors import DomainError
from cotonou.formbuilder import engine
from cotonou.territory.dates import local_date

ANSWER_HEADERS = ("code", "reference", "date", "decision", "observation")
MAX_LINES, MAX_COLUMNS = 20_000, 40
# Bytes, all parts of the workbook together: 20,000 lines of twelve columns take 17 MB. A page waits
# for it, and openpyxl takes half a second for each MB of the worst that a part can hold.
MAX_UNPACKED = 24 * 1024 * 1024
# How a picture, a PDF, an old Excel or Word file and a page begin: what people send by mistake.
_OTHER_FILES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"<")
YES = {"oui", "disponible", "favorable", "accorde", "accordé", "ok"}
NO = {"non", "refuse", "refusé", "rejete", "rejeté", "defavorable", "défavorable"}


def write_batch(batch: RelayBatch, requests: Iterable[ActRequest]) -> bytes:
    """An XLSX list of these files of the batch, with empty columns for the UCIP's answer.

    Text only: a name that begins with "=" is a name, never a formula.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(str(batch))
    headers = [
        "code",
        "nom",
        "prenoms",
        "telephone",
        "quartier",
        "adresse",
        "npi",
        "transmis_le",
        "reference",
        "date",
        "decision",
        "observation",
    ]
    bold = book.add_format({"bold": True})
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, bold)
    for line, request in enumerate(requests, start=1):
        for column, value in enumerate(_cells(request)):
            sheet.write_string(line, column, value)
    sheet.autofit()
    book.close()
    return buffer.getvalue()


def _cells(request: ActRequest) -> list[str]:
    answers = request.answers
    summary = engine.summary(request.procedure_version.form_version.form, answers)
    said = {row.field.id: row.value for row in summary}
    return [
        request.tracking_code,
        str(answers.get("subject_surname", "")),
        str(answers.get("subject_given_names", "")),
        str(request.contact.phone),
        str(said.get("quartier", "")),
        str(said.get("address", "")),
        str(answers.get("npi", "")),
        local_date(request.transmitted_at).isoformat() if request.transmitted_at else "",
    ]


def read_answers(*, content: bytes) -> tuple[list[Answer], list[tuple[int, str, str]]]:
    """Answers and refused lines (line, code, reason) of a CSV or XLSX from the UCIP.

    Raises DomainError when the file itself cannot be read or lacks a column.
    """
    rows = list(islice(_xlsx_rows(content) if content[:2] == b"PK" else _csv_rows(content), MAX_LINES + 1))
    if len(rows) > MAX_LINES:
        raise DomainError(_("Ce fichier a plus de %(n)d lignes.") % {"n": MAX_LINES}, code="too_long")
    if not rows:
        raise DomainError(_("Le fichier est vide."), code="empty_file")
    header = [str(cell or "").strip().lower() for cell in rows[0]]
    absent = [column for column in ("code", "reference", "date", "decision") if column not in header]
    if absent:
        raise DomainError(
            _("Il manque la colonne %(names)s dans le fichier de l’UCIP.") % {"names": ", ".join(absent)},
            code="column_missing",
        )
    answers, refused = [], []
    for number, row in enumerate(rows[1:], start=2):
        cells = {key: _clean(value) for key, value in zip(header, row, strict=False)}
        if not any(cells.values()) or not cells.get("decision"):
            continue  # not answered yet
        try:
            answers.append(_answer(number, cells))
        except ValueError as error:
            refused.append((number, cells.get("code", ""), str(error)))
    return answers, refused


def _answer(number: int, cells: dict[str, str]) -> Answer:
    code = codes.normalise(cells["code"])
    if code is None:
        raise ValueError(_("code de suivi illisible"))
    if not cells["reference"]:
        raise ValueError(_("référence de l’UCIP absente"))
    decision = cells["decision"].lower()
    if decision not in YES | NO:
        raise ValueError(_("décision « %(d)s » inconnue : écrivez oui ou non") % {"d": cells["decision"]})
    return Answer(
        line=number,
        tracking_code=code,
        reference=cells["reference"][:60],
        answered_on=_date(cells["date"]),
        available=decision in YES,
        text=cells.get("observation", "")[:200],
    )


def _date(text: str) -> datetime.date:
    day = text.partition(" ")[0] if ":" in text else text  # a cell of a workbook says the hour too
    for pattern in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y"):
        try:
            return datetime.datetime.strptime(day, pattern).date()  # noqa: DTZ007 - a day, no hour
        except ValueError:
            continue
    raise ValueError(_("date « %(d)s » illisible : écrivez JJ/MM/AAAA") % {"d": text})


def _clean(value: Any) -> str:
    """A cell as text, without the characters that nobody sees."""
    text = str(value if value is not None else "")
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf"}).strip()


def _xlsx_rows(content: bytes) -> Iterator[list]:
    with workbooks.told(_unreadable):
        if workbooks.unpacked_bytes(io.BytesIO(content)) > MAX_UNPACKED:
            raise DomainError(_("Ce classeur est trop gros pour une liste de réponses."), code="too_long")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True, max_col=MAX_COLUMNS):
            yield list(row)


def _unreadable() -> DomainError:
    return DomainError(
        _("Ce fichier n’est pas un classeur Excel lisible. Enregistrez-le de nouveau au format .xlsx."),
        code="unreadable",
    )


def _csv_rows(content: bytes) -> Iterator[list]:
    if content.lstrip().startswith(_OTHER_FILES):
        raise DomainError(
            _("Ce n’est pas un fichier Excel (.xlsx) ou CSV. Choisissez le fichier de réponses de l’UCIP."),
            code="unreadable",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.lstrip().partition("\n")[0]
    separator = max(";,\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise DomainError(_("Ce fichier n’est pas une liste lisible."), code="unreadable") from error
