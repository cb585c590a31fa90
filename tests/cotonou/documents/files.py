"""Files for upload tests, good and bad, made here: nothing hostile lies in the repository."""

import io
import struct
import zlib

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from pikepdf import Array, Dictionary, Name, String
from PIL import Image


def upload(content: bytes, name: str = "photo.jpg", content_type: str = "application/octet-stream"):
    return SimpleUploadedFile(name, content, content_type)


def picture(kind: str = "JPEG", *, size=(40, 30), mode: str = "RGB", **options) -> bytes:
    output = io.BytesIO()
    Image.new(mode, size, options.pop("color", "red")).save(output, kind, **options)
    return output.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A small file that unpacks to a huge picture: one row of zeroes, compressed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    header = struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (1 + width // 8) * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(change=None, *, pages: int = 1, **save) -> bytes:
    output = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(200, 200))
        if change:
            change(document)
        document.save(output, **save)
    return output.getvalue()


def with_open_action(document):
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def with_script_name(document):
    script = document.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), script])))


def with_attachment(document):
    document.attachments["virus.exe"] = b"MZ"


def with_launch(document):
    link = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]),
        A=Dictionary(S=Name.Launch, F=String("calc.exe")),
    )  # fmt: skip
    document.pages[0].Annots = Array([link])


def with_form_submission(document):
    document.pages[0].AA = Dictionary(O=Dictionary(S=Name.SubmitForm, F=String("http://example.org")))


def with_chained_script(document):
    """The script hides behind a harmless action."""
    document.Root.OpenAction = Dictionary(
        S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]),
        Next=Array([Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))]),
    )  # fmt: skip


def with_xfa(document):
    document.Root.AcroForm = Dictionary(XFA=Array([String("template"), document.make_stream(b"<xdp/>")]))


ACTIVE = {
    function.__name__: function
    for function in (
        with_open_action, with_script_name, with_attachment, with_launch,
        with_form_submission, with_chained_script, with_xfa,
    )
}  # fmt: skip
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
