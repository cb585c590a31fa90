"""A workbook is a zip of XML: what hides in one is refused or ignored, and costs nothing."""

import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from civil_acts.models import ActKind, RegisterAct
from civil_acts.registers import reading
from civil_acts.registers.columns import UnreadableFileError
from civil_acts.services import registers
from cotonou.accounts.actors import SYSTEM

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
