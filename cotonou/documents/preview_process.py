"""Run as a script: reads a file on standard input, writes a PNG of one page on standard output.

Arguments: content type, page number from 1. Knows nothing of Django.
"""

import io
import resource
import sys

WIDTH = 1400
MEMORY_BYTES = 1024 * 1024 * 1024
SECONDS = 10


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content_type, page = sys.argv[1], int(sys.argv[2])
    content = sys.stdin.buffer.read()
    image = _pdf_page(content, page) if content_type == "application/pdf" else _picture(content)
    image.thumbnail((WIDTH, WIDTH * 3))
    output = io.BytesIO()
    image.convert("RGB").save(output, "PNG")
    sys.stdout.buffer.write(output.getvalue())


def _pdf_page(content: bytes, page: int):
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    sheet = document[page - 1]
    # A page may claim to be kilometres wide.
    scale = min(WIDTH / max(sheet.get_width(), 1), 3 * WIDTH / max(sheet.get_height(), 1), 4)
    return sheet.render(scale=scale, may_draw_forms=False).to_pil()


def _picture(content: bytes):
    from PIL import Image

    return Image.open(io.BytesIO(content), formats=["JPEG"])


if __name__ == "__main__":
    main()
