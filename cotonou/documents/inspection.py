"""What a file really is, and whether we keep it: decided from its content alone.

Images are decoded and encoded again, so nothing but pixels survives; PDFs that
could act (scripts, attachments, launch actions) are refused.
"""

import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from cotonou.core.errors import DomainError
from cotonou.documents import clamav
from cotonou.documents.states import ScanState

IMAGE_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"  # for the phone's picker
MAX_SIDE = 3000  # pixels kept: an A4 page at 250 dpi


class FileRefusedError(DomainError):
    code = "file_refused"

    def __init__(self, message: str, *, reason: str):
        super().__init__(message, code=f"file_{reason}")
        self.reason = reason


@dataclass(frozen=True)
class Checked:
    name: str
    content: bytes
    content_type: str
    extension: str
    pages: int
    scan_state: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def inspect(file: UploadedFile) -> Checked:
    """The safe form of ``file``. Raises FileRefusedError with a French sentence that says what to do."""
    name = check_name(file.name or "")
    _check_size(file.size or 0)
    content = file.read(settings.UPLOAD_MAX_BYTES + 1)
    _check_size(len(content))
    scan_state = _scan(content)
    content_type = detect(content)
    if content_type == "application/pdf":
        from cotonou.documents import active_pdf  # pikepdf is loaded by the first PDF, not by every process

        pages = active_pdf.check(content)
        return Checked(name, content, content_type, ".pdf", pages, scan_state)
    return Checked(name, _reencode(content), "image/jpeg", ".jpg", 1, scan_state)


def check_name(name: str) -> str:
    """A name fit to be shown. Raises FileRefusedError for one that looks like a path."""
    name = unicodedata.normalize("NFC", name)
    if re.search(r"[/\\\0]|(^|\W)\.\.($|\W)", name):
        raise FileRefusedError(
            _("Renommez le fichier avec des lettres et des chiffres seulement, puis ajoutez-le de nouveau."),
            reason="name",
        )
    # Control characters and those that turn the direction of writing.
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}).strip()
    stem, dot, extension = name.rpartition(".")
    if dot and len(extension) <= 8:
        return f"{(stem or 'fichier')[:100]}.{extension}"
    return name[:110] or "fichier"


def _check_size(size: int) -> None:
    if size == 0:
        raise FileRefusedError(
            _("Le fichier est vide. Ouvrez-le pour le vérifier, puis choisissez-le de nouveau."),
            reason="empty",
        )
    limit = settings.UPLOAD_MAX_BYTES
    if size > limit:
        raise FileRefusedError(
            _(
                "Le fichier est trop lourd : %(limit)d Mo au plus. "
                "Prenez une photo moins grande ou séparez les pages."
            )
            % {"limit": limit // (1024 * 1024)},
            reason="too_large",
        )


def _scan(content: bytes) -> str:
    verdict = clamav.scan(content)
    if verdict is clamav.Verdict.INFECTED:
        raise FileRefusedError(
            _(
                "L’antivirus a trouvé un virus dans ce fichier. "
                "Prenez une nouvelle photo du papier et envoyez-la."
            ),
            reason="infected",
        )
    return ScanState.CLEAN if verdict is clamav.Verdict.CLEAN else ScanState.UNSCANNED


def detect(content: bytes) -> str:
    """The type in the first bytes: one of IMAGE_TYPES or PDF. Raises FileRefusedError for any other."""
    try:
        found = {match.mime_type for match in puremagic.magic_string(content)}
    except puremagic.PureError:
        found = set()
    # Some readers also open a PDF that starts with something else; we do not.
    if content.startswith(b"%PDF-") and "application/pdf" in found:
        return "application/pdf"
    for content_type in IMAGE_TYPES:
        if content_type in found:
            return content_type
    raise FileRefusedError(
        _(
            "Ce fichier n’est ni une photo (JPEG, PNG, WebP) ni un PDF. "
            "Prenez le papier en photo et envoyez la photo."
        ),
        reason="type",
    )


def _reencode(content: bytes) -> bytes:
    # WeasyPrint, where it is loaded, tells Pillow to accept cut pictures.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGE_TYPES.values())) as image:
            if image.width * image.height > settings.UPLOAD_MAX_PIXELS:
                raise Image.DecompressionBombError
            # JPEG only: decode at a fraction of the size, which costs less memory.
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))
            picture = ImageOps.exif_transpose(image)
            picture.thumbnail((MAX_SIDE, MAX_SIDE))
            flat = _on_white(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefusedError(
            _("L’image est trop grande. Reprenez la photo avec une qualité plus basse, puis envoyez-la."),
            reason="too_many_pixels",
        ) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise FileRefusedError(
            _("L’image est abîmée et ne s’ouvre pas. Prenez une nouvelle photo du papier."),
            reason="damaged",
        ) from None
    output = io.BytesIO()
    flat.save(output, "JPEG", quality=85, optimize=True)
    return output.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """RGB without anything else: no transparency, profile, comment or position."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        flat = Image.new("RGB", layer.size, "white")
        flat.paste(layer, mask=layer.getchannel("A"))
        return flat
    flat = Image.new("RGB", image.size)
    flat.paste(image.convert("RGB"))
    return flat
