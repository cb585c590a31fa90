"""A workbook is a zip of XML: what hides in one is refused or ignored, and costs nothing."""

import io
import random
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from civil_acts import relay_files, workbooks
from civil_acts.models import ActKind, RegisterAct
from civil_acts.registers import reading
from civil_acts.registers.columns import UnreadableFileError, mapping_for
from civil_acts.services import registers
from cotonou.accounts.actors import SYSTEM
from cotonou.core.errors import DomainError

pytestmark = [pytest.mark.django_db, pytest.mark.hostile]
HEADER = ["N° acte", "Année", "Nom", "Prénoms", "Sexe", "Date de naissance"]
ROW = ["12", "1987", "NOM", "Afi", "F", "03/07/1987"]
SECRET = "secret-of-the-server"


def workbook(folder: Path, *, doctype: str, name: str) -> Path:
    """One good row whose name is ``name``, after ``doctype`` at the top of the sheet."""
    plain, made = folder / "plain.xlsx", folder / "made.xlsx"
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(ROW)
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(made, "w") as target:
        for item in source.namelist():
            text = source.read(item)
            if item.endswith(("sheet1.xml", "sharedStrings.xml")):
                text = doctype.encode() + text.replace(b">NOM<", b">" + name.encode() + b"<")
            target.writestr(item, text)
    return made


def load(path: Path, office) -> None:
    registers.import_register(path=path, kind=ActKind.BIRTH, office=office, by=SYSTEM)


def test_twin_without_a_doctype_the_row_is_added(tmp_path, office):
    load(workbook(tmp_path, doctype="", name="DOSSOU"), office)
    assert RegisterAct.objects.count() == 1


def test_an_external_entity_reads_no_file_of_the_server(tmp_path, office):
    (tmp_path / "secret").write_text(SECRET)
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
    with pytest.raises(UnreadableFileError, match="ne s’ouvre pas"):
        load(workbook(tmp_path, doctype=doctype, name="&e;"), office)
    assert RegisterAct.objects.count() == 0


def test_entities_that_multiply_end_at_once(tmp_path, office):
    ten = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    began = time.monotonic()
    with pytest.raises(UnreadableFileError, match="ne s’ouvre pas"):
        load(workbook(tmp_path, doctype=f'<!DOCTYPE x [<!ENTITY e0 "DOSSOU">{ten}]>', name="&e9;"), office)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(("doctype", "name"), [("<<<", "DOSSOU"), ("", "</v></c></oops>")])
def test_a_sheet_that_is_not_xml_is_told_in_a_sentence(tmp_path, office, doctype, name):
    with pytest.raises(UnreadableFileError, match="ne s’ouvre pas"):
        load(workbook(tmp_path, doctype=doctype, name=name), office)


def test_what_would_unpack_beyond_reason_is_refused_before_it_is_unpacked(tmp_path, office):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/a.xml", "w") as part:
        for _ in range(reading.MAX_UNPACKED // 10_000_000 + 1):
            part.write(bytes(10_000_000))
    assert path.stat().st_size < reading.MAX_BYTES
    with pytest.raises(UnreadableFileError, match="trop gros"):
        load(path, office)


# -- damaged: a stick pulled out too soon, a locked workbook, a program that writes what it likes ----

GIVEN = ["code", "reference", "date", "decision"]


def packed(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def good_parts(header: list[str]) -> dict[str, bytes]:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.append(header)
    book.active.append(["x"] * len(header))
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def flagged(content: bytes, *, local: int, central: int, value: int) -> bytes:
    """Every entry of the archive with another value at these offsets of its two headers."""
    made = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        at = made.find(mark)
        while at >= 0:
            made[at + offset] = value
            at = made.find(mark, at + 4)
    return bytes(made)


def damaged(header: list[str]) -> Iterator[bytes]:
    parts = good_parts(header)
    whole = packed(parts)
    yield flagged(whole, local=6, central=8, value=1)  # locked by a password
    yield flagged(whole, local=8, central=10, value=99)  # a compression nobody knows
    for name in parts:
        yield packed({other: content for other, content in parts.items() if other != name})
        yield packed(parts | {name: b""})
        yield packed(parts | {name: b"<x/>"})
    sheet = "xl/worksheets/sheet1.xml"
    shared = parts[sheet].replace(b't="inlineStr"><is><t>x</t></is>', b't="s"><v>99999</v>', 1)
    yield packed(parts | {sheet: shared})
    chance = random.Random(4)
    for _ in range(200):
        bytes_of = bytearray(whole)
        for _change in range(chance.choice((1, 3, 20))):
            bytes_of[chance.randrange(4, len(bytes_of))] = chance.randrange(256)
        yield bytes(bytes_of)
        yield whole[: chance.randrange(4, len(whole))]


def read_register(content: bytes, folder: Path) -> None:
    path = folder / "damaged.xlsx"
    path.write_bytes(content)
    for table in reading.read_tables(path, kind=ActKind.BIRTH, mapping=mapping_for(ActKind.BIRTH)):
        list(table.rows)


def read_answers(content: bytes, _folder: Path) -> None:
    relay_files.read_answers(content=content)


def surprises(read, header: list[str], folder: Path) -> set[str]:
    """What reading damaged workbooks raises that no page can show to anybody."""
    found = set()
    for content in damaged(header):
        try:
            read(content, folder)
        except DomainError:
            continue
        except Exception as error:
            found.add(type(error).__name__)
    return found


READERS = pytest.mark.parametrize(("read", "header"), [(read_register, HEADER), (read_answers, GIVEN)])


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl", "ignore::UserWarning:zipfile")
@READERS
def test_a_damaged_workbook_is_told_in_a_sentence(tmp_path, read, header):
    assert surprises(read, header, tmp_path) == set()


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl", "ignore::UserWarning:zipfile")
@READERS
def test_twin_where_nothing_is_told_many_kinds_of_errors_come_up(tmp_path, monkeypatch, read, header):
    @workbooks.contextmanager
    def untold(_refusal):
        yield

    monkeypatch.setattr(workbooks, "told", untold)
    assert len(surprises(read, header, tmp_path)) >= 5


def test_a_list_of_answers_keeps_no_page_waiting_however_well_it_is_packed():
    parts = good_parts(GIVEN)
    texts = b"<sst>" + b"<si><t>a</t></si>" * (relay_files.MAX_UNPACKED // 17) + b"</sst>"
    content = packed(parts | {"xl/sharedStrings.xml": texts})
    assert len(content) < 100_000
    began = time.monotonic()
    with pytest.raises(DomainError, match="trop gros"):
        relay_files.read_answers(content=content)
    assert time.monotonic() - began < 5
