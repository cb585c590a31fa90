"""PDFs that could act when a clerk opens them: scripts, attachments, launch actions."""

import io

import pikepdf
from django.utils.translation import gettext as _

from cotonou.documents.inspection import FileRefusedError

MAX_PAGES = 60
MAX_OBJECTS = 60_000
# What a PDF may not hold, wherever it is.
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
_ACTIVE_ACTIONS = {
    "/JavaScript", "/Launch", "/GoToE", "/GoToR", "/SubmitForm", "/ImportData",
    "/Rendition", "/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView", "/Trans3D",
}  # fmt: skip


def check(content: bytes) -> int:
    """How many pages the PDF has. Raises FileRefusedError for one that is damaged, locked or active."""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise pikepdf.PasswordError
            pages = len(pdf.pages)
            if not pages or pages > MAX_PAGES or len(pdf.objects) > MAX_OBJECTS:
                raise FileRefusedError(
                    _("Le PDF doit avoir de 1 à %(pages)d pages. Gardez seulement les pages utiles.")
                    % {"pages": MAX_PAGES},
                    reason="pages",
                )
            if any(_is_active(item) for item in pdf.objects):
                raise FileRefusedError(
                    _(
                        "Ce PDF contient un programme ou une pièce jointe. "
                        "Imprimez-le en PDF sans cela, ou prenez une photo du papier."
                    ),
                    reason="active_pdf",
                )
            return pages
    except pikepdf.PasswordError:
        raise FileRefusedError(
            _("Le PDF est protégé par un mot de passe. Enlevez la protection, puis envoyez-le de nouveau."),
            reason="encrypted",
        ) from None
    except (pikepdf.PdfError, ValueError, RuntimeError):
        raise FileRefusedError(
            _("Le PDF est abîmé et ne s’ouvre pas. Refaites-le, ou prenez une photo du papier."),
            reason="damaged",
        ) from None


def _is_active(item: pikepdf.Object, depth: int = 0) -> bool:
    """Looks inside one object; what it refers to is visited on its own."""
    if depth > 40:
        return True  # no honest document nests like this
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        keys = set(item.keys())
        if keys & _ACTIVE_KEYS:
            return True
        action = item.get("/S")
        if isinstance(action, pikepdf.Name) and str(action) in _ACTIVE_ACTIONS:
            return True
        return any(_is_active(item[key], depth + 1) for key in keys if _is_direct(item[key]))
    if isinstance(item, pikepdf.Array):
        return any(_is_active(inner, depth + 1) for inner in item if _is_direct(inner))
    return False


def _is_direct(item) -> bool:
    """pikepdf turns numbers and texts into Python's own, which cannot refer to anything."""
    return isinstance(item, pikepdf.Object) and not item.is_indirect
