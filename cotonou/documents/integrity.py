"""What ``verify_integrity`` looks at here: immutable columns, stored files, numbers."""

import hashlib
from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _

from cotonou.documents import storage
from cotonou.documents.models import IssuedDocument

# For ever, in this order; the state and the seal live in the history's chain.
DOCUMENT_COLUMNS = (
    "id", "public_id", "kind", "subject_kind", "subject_uuid", "office_id", "template_version_id",
    "snapshot", "serial", "serial_series", "serial_year", "serial_number", "code", "issued_at",
    "issued_by_uuid", "issued_by_label", "replaces_id",
)  # fmt: skip
HISTORY_COLUMNS = ("id", "document_id", "event", "at", "by_uuid", "by_label", "reason", "pdf_sha256")

_DISAGREE = """
SELECT d.serial FROM documents_issueddocument d
 WHERE EXISTS (SELECT FROM documents_documenthistory h WHERE h.document_id = d.id AND h.event = 'SEALED')
       <> (d.sealed_at IS NOT NULL)
    OR EXISTS (SELECT FROM documents_documenthistory h
                WHERE h.document_id = d.id AND h.event = 'SEALED' AND h.pdf_sha256 <> d.pdf_sha256)
    OR EXISTS (SELECT FROM documents_documenthistory h
                WHERE h.document_id = d.id AND h.event = 'REVOKED') <> (d.state = 'REVOKED')
    OR EXISTS (SELECT FROM documents_documenthistory h
                WHERE h.document_id = d.id AND h.event = 'REPLACED') <> (d.replaced_at IS NOT NULL)
 ORDER BY d.id
"""
_GAPS = """
SELECT o.code, c.year, c.series, c.last, count(d.id), coalesce(max(d.serial_number), 0)
  FROM documents_serialcounter c
  JOIN accounts_office o ON o.id = c.office_id
  LEFT JOIN documents_issueddocument d
    ON d.office_id = c.office_id AND d.serial_series = c.series AND d.serial_year = c.year
 GROUP BY o.code, c.year, c.series, c.last
HAVING count(d.id) <> c.last OR coalesce(max(d.serial_number), 0) <> c.last
 ORDER BY o.code, c.year, c.series
"""


def altered_files() -> Iterator[str]:
    """One sentence per document whose file or row no longer is what was sealed."""
    with connection.cursor() as cursor:
        cursor.execute(_DISAGREE)
        for (serial,) in cursor.fetchall():
            yield _("Document %(serial)s : la ligne ne correspond pas à son historique.") % {"serial": serial}
    for document in IssuedDocument.objects.sealed().order_by("pk").iterator(chunk_size=200):
        try:
            content = storage.read(document.pdf.name)
        except FileNotFoundError:
            yield _("Document %(serial)s : le fichier manque.") % {"serial": document.serial}
            continue
        if hashlib.sha256(content).hexdigest() != document.pdf_sha256:
            yield _("Document %(serial)s : le fichier a été modifié.") % {"serial": document.serial}


def serial_gaps() -> Iterator[str]:
    """One sentence per counter that does not match the documents made with it."""
    with connection.cursor() as cursor:
        cursor.execute(_GAPS)
        for office, year, series, last, count, highest in cursor.fetchall():
            yield _(
                "Numéros %(year)s/%(office)s%(series)s : le compteur dit %(last)s, "
                "il y a %(count)s documents, le plus grand numéro est %(highest)s."
            ) % {
                "year": year,
                "office": office,
                "series": f"/{series}" if series else "",
                "last": last,
                "count": count,
                "highest": highest,
            }
