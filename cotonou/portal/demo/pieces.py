"""The files that citizens join: drawn specimens that say so."""

import functools
import io

from PIL import Image, ImageDraw, ImageFont

from cotonou.documents.assets import ASSETS

TITLES = {
    "identity": "PIÈCE D’IDENTITÉ",
    "kinship": "PREUVE DU LIEN",
    "mandate": "PROCURATION",
    "npi_proof": "PREUVE DU NPI",
    "residence_sheet": "FICHE DE RÉSIDENCE",
    "answer": "PIÈCE DEMANDÉE",
    "page": "PAGE DE REGISTRE",
}
FILE_NAMES = {
    "identity": "carte-identite.jpg",
    "kinship": "livret-de-famille.jpg",
    "mandate": "procuration.jpg",
    "npi_proof": "cip.jpg",
    "residence_sheet": "fiche-residence.jpg",
    "answer": "piece.jpg",
    "page": "page-registre.jpg",
}


@functools.lru_cache(maxsize=64)
def picture(piece: str, lines: tuple[str, ...] = ()) -> bytes:
    """A JPEG of a specimen; ``lines`` is what one can read on it."""
    image = Image.new("RGB", (640, 400), "#f4f1e8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((12, 12, 628, 388), outline="#46604f", width=3)
    draw.text((36, 34), TITLES[piece], font=_font(26), fill="#223322")
    for row, line in enumerate(lines):
        draw.text((36, 96 + 32 * row), line, font=_font(20), fill="#223322")
    draw.text((36, 340), "SPÉCIMEN – ville de démonstration", font=_font(20), fill="#a03020")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


@functools.lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(next(path for path in ASSETS.values() if "Sans-Bold" in path.name)), size)
