from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from civil_acts.models import ActKind, ImportBatch, RegisterAct
from civil_acts.registers.columns import UnreadableFileError
from civil_acts.services import registers
from civil_acts.specimens import make_births_dirty as specimen
from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import Office

FOLDER = Path(specimen.__file__).parent


def load(path, office, **more) -> ImportBatch:
    return registers.import_register(path=path, kind=ActKind.BIRTH, office=office, by=SYSTEM, **more)


def counts(batch) -> dict:
    return {
        "total": batch.rows_total,
        "added": batch.rows_added,
        "present": batch.rows_present,
        "rejected": batch.rows_rejected,
        "reasons": batch.reasons,
    }


def rejected_rows(batch) -> list[tuple]:
    with batch.rejected_file.open("rb") as handle:
        return list(openpyxl.load_workbook(handle).active.iter_rows(values_only=True))


def csv_file(tmp_path, *rows: str, header="N° acte;Année;Nom;Prénoms;Sexe;Date de naissance") -> Path:
    path = tmp_path / "register.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_dirty_specimen_gives_exactly_these_rows_and_reasons(office, kind):
    batch = load(FOLDER / f"births_dirty.{kind}", office)
    assert counts(batch) == specimen.EXPECTED[kind]
    assert RegisterAct.objects.filter(import_batch=batch).count() == batch.rows_added
    assert len(rejected_rows(batch)) == batch.rows_rejected + 1


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_same_file_twice_adds_nothing(office, kind):
    first = load(FOLDER / f"births_dirty.{kind}", office)
    second = load(FOLDER / f"births_dirty.{kind}", office)
    assert second.rows_added == 0
    assert second.rows_present == first.rows_added + first.rows_present
    assert second.reasons == first.reasons
    assert RegisterAct.objects.count() == first.rows_added


@pytest.mark.django_db
def test_the_specimens_are_what_their_generator_writes(tmp_path):
    specimen.write_csv(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (FOLDER / "births_dirty.csv").read_bytes()


@pytest.mark.django_db
def test_broken_accents_are_mended(office):
    load(FOLDER / "births_dirty.csv", office)
    surnames = set(RegisterAct.objects.values_list("surname", flat=True))
    assert {"HOUNGBÉDJI", "SÈGBO", "ADJOVI ZINSOU", "N`DAH"} <= surnames
    assert not [s for s in surnames if "Ã" in s or "´" in s]


@pytest.mark.django_db
def test_a_merged_cell_fills_what_a_register_shares_and_never_a_name(office):
    batch = load(FOLDER / "births_dirty.xlsx", office)
    assert RegisterAct.objects.filter(act_number__lte=10, volume="1").count() == 10
    twins = RegisterAct.objects.filter(act_number__in=[2, 3], act_number_suffix="")
    assert {act.mother_name for act in twins} == {"ABLO Tèni"}
    merged = [row for row in rejected_rows(batch) if "Défusionnez" in str(row[1])]
    assert len(merged) == 2


@pytest.mark.django_db
def test_rejected_rows_come_back_with_line_cells_and_reasons(office, tmp_path):
    path = csv_file(tmp_path, "1;1987;ADJOVI;Afi;F;03/07/1987", "2;1987;;Kossi;Z;31/02/1987")
    rows = rejected_rows(load(path, office))
    assert rows[0][2:] == ("N° acte", "Année", "Nom", "Prénoms", "Sexe", "Date de naissance")
    line, reasons, *cells = rows[1]
    assert line == "3"
    assert cells == ["2", "1987", None, "Kossi", "Z", "31/02/1987"]
    assert reasons.split("\n") == [
        "Remplissez « Nom » : la cellule est vide.",
        "Corrigez « Date de naissance » : le 31/02/1987 n’existe pas.",
        "Corrigez « Sexe » : écrivez M ou F au lieu de « Z ».",
    ]


@pytest.mark.django_db
@pytest.mark.hostile
def test_a_formula_comes_back_as_text_and_can_be_imported_again(office, tmp_path):
    path = csv_file(tmp_path, "1;1987;=HYPERLINK(1);@SUM(A1);?;03/07/1987")
    batch = load(path, office)
    assert rejected_rows(batch)[1][4:6] == ("'=HYPERLINK(1)", "'@SUM(A1)")
    corrected = tmp_path / "corrected.xlsx"
    with batch.rejected_file.open("rb") as handle:
        book = openpyxl.load_workbook(handle)
    book.active["G2"] = "F"
    book.save(corrected)
    assert load(corrected, office).rows_added == 1
    assert RegisterAct.objects.get().surname == "=HYPERLINK(1)"


@pytest.mark.django_db
def test_the_number_of_another_act_is_refused_not_overwritten(office, tmp_path):
    load(csv_file(tmp_path, "1;1987;ADJOVI;Afi;F;03/07/1987"), office)
    batch = load(csv_file(tmp_path, "1;1987;DOSSOU;Kossi;M;04/07/1987"), office)
    assert batch.reasons == {"duplicate_in_register": 1}
    assert RegisterAct.objects.get().surname == "ADJOVI"


@pytest.mark.django_db
def test_a_lone_quote_does_not_swallow_the_rows_below(office, tmp_path):
    rows = [f"{n};1987;ADJOVI;Afi;F;03/07/1987" for n in range(2, 30)]
    batch = load(csv_file(tmp_path, '1;1987;"ADJOVI;Afi;F;03/07/1987', *rows), office)
    assert (batch.rows_total, batch.rows_added) == (29, 29)


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_encoding_and_delimiter(office, tmp_path, encoding, delimiter):
    path = tmp_path / "r.csv"
    lines = ["N° acte;Année;Nom;Prénoms;Sexe;Né(e) le", "1;1987;SÈGBO;Éléonore;Féminin;3 août 87"]
    path.write_text("\r\n".join(lines).replace(";", delimiter), encoding=encoding)
    assert load(path, office).rows_added == 1
    act = RegisterAct.objects.get()
    assert (act.surname, act.given_names, str(act.event_date)) == ("SÈGBO", "Éléonore", "1987-08-03")


@pytest.mark.django_db
def test_an_office_may_map_its_own_headers(office, tmp_path):
    path = csv_file(tmp_path, "7;ADJOVI Afi;F;vers 1962", header="Réf;Patronyme;Sexe;Venu au monde")
    mapping = {
        "columns": {"act_number": ["réf"], "full_name": "patronyme", "event_date": ["Venu au monde"]},
        "defaults": {"year": 1987, "centre": "Gbégamey"},
    }
    assert load(path, office, mapping=mapping).rows_added == 1
    act = RegisterAct.objects.get()
    assert (act.year, act.centre, act.surname, act.given_names) == (1987, "Gbégamey", "ADJOVI", "Afi")
    assert (act.event_date, act.event_date_text, act.event_year) == (None, "vers 1962", 1962)


@pytest.mark.django_db
def test_centres_written_differently_are_one_centre(office, tmp_path):
    header = "N° acte;Année;Centre;Nom;Prénoms;Sexe;Date de naissance"
    load(csv_file(tmp_path, "1;1987;Gbégamey;ADJOVI;Afi;F;03/07/1987", header=header), office)
    batch = load(csv_file(tmp_path, "1;1987;GBEGAMEY;DOSSOU;Afi;F;03/07/1987", header=header), office)
    assert batch.reasons == {"duplicate_in_register": 1}


@pytest.mark.django_db
def test_a_marriage_register_has_two_spouses(office, tmp_path):
    header = (
        "N° acte;Année;Nom et prénoms de l'époux;Nom et prénoms de l'épouse;"
        "Date du mariage;Régime matrimonial"
    )
    path = csv_file(
        tmp_path, "4;2001;ADJOVI Kossi;DE SOUZA Marie;12/05/2001;séparation de biens", header=header
    )
    registers.import_register(path=path, kind=ActKind.MARRIAGE, office=office, by=SYSTEM)
    act = RegisterAct.objects.get()
    assert act.names == "ADJOVI Kossi – DE SOUZA Marie"
    assert act.details == {"regime": "séparation de biens"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a;b;c\n1;2;3\n", "Colonnes introuvables"),
        (b"", "vide"),
        (b"\xd0\xcf\x11\xe0....", "ancien classeur"),
        (b"PK\x03\x04zz", "abîmé"),
    ],
)
def test_a_file_that_is_not_a_register_is_refused_whole(office, tmp_path, content, says):
    path = tmp_path / "r.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=says):
        load(path, office)
    assert ImportBatch.objects.get().state == ImportBatch.State.FAILED


@pytest.mark.django_db
def test_the_command_prints_the_counts_and_hands_back_the_rejected_rows(capsys, tmp_path):
    target = tmp_path / "back.xlsx"
    path = str(FOLDER / "births_dirty.csv")
    call_command("import_register", path, "--kind", "birth", "--office", "A05", "--rejected", str(target))
    said = capsys.readouterr().out
    assert "270 actes ajoutés" in said
    assert "57 lignes à corriger" in said
    assert "Sexe non reconnu : 3" in said
    assert target.exists()
    with pytest.raises(CommandError, match="Bureau inconnu"):
        call_command("import_register", path, "--kind", "birth", "--office", "Z99")


@pytest.mark.django_db(transaction=True)
def test_an_import_that_died_half_way_ends_with_the_same_counts(office, tmp_path, monkeypatch):
    from civil_acts.registers import import_file

    monkeypatch.setattr(import_file, "CHUNK", 100)
    original = import_file.RegisterImport._write

    calls = []

    def dies_on_third(self, chunk, rejects):
        calls.append(1)
        if len(calls) == 3:
            raise ConnectionError("killed")
        original(self, chunk, rejects)

    batch = registers._new_batch(
        kind=ActKind.BIRTH,
        office=Office.objects.get(code="A05"),
        by=SYSTEM,
        mapping=None,
        name="f.csv",
        digest="x",
    )
    path = FOLDER / "births_dirty.csv"
    monkeypatch.setattr(import_file.RegisterImport, "_write", dies_on_third)
    with pytest.raises(ConnectionError):
        registers._run(batch, path, None, finish=None)
    monkeypatch.setattr(import_file.RegisterImport, "_write", original)
    registers._run(batch, path, None, finish=None)
    batch.refresh_from_db()
    assert counts(batch) == specimen.EXPECTED["csv"]
