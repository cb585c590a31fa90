"""Writes births_dirty.csv (Windows-1252) and births_dirty.xlsx: run it to make them again.

    python -m civil_acts.specimens.make_births_dirty

Nobody in them exists. ``EXPECTED`` is what the import must make of each file; the
tests hold it. Names come from a fixed list, so the files never change by themselves.
"""

import datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import openpyxl

FOLDER = Path(__file__).parent
HEADERS = [
    "N° acte", "Année", "Volume", "Folio", "Nom", "Prénoms", "Sexe", "Date de naissance", "Lieu de naissance",
    "Nom et prénoms du père", "Nom et prénoms de la mère", "Déclarant", "Dressé le", "Téléphone", "NPI",
]  # fmt: skip
SURNAMES = [
    "HOUNGBÉDJI", "ADJOVI", "DOSSOU", "AGOSSOU", "KPONOU", "ZINSOU", "SÈGBO", "TOSSOU", "AZONHIHO", "QUENUM",
    "D'ALMEIDA", "DE SOUZA", "PARAÏSO", "AMOUSSOU",
    "GBAGUIDI", "HOUESSOU", "KPADÉ", "LOKO", "MÈDÉGAN", "TCHIBOZO",
]  # fmt: skip
GIVEN = [
    "Kossi", "Afi", "Sènan", "Mahugnon Paul", "Fifamè", "Jean-Pierre", "Éléonore", "Gbènoukpo",
    "Rosine Akouvi",
    "Sèdjro", "Ayaba", "Cossi Brice", "Bienvenue", "Nadège", "Théophile", "Dona", "Espérance",
]  # fmt: skip
PLACES = ["Maternité de Gbégamey", "Hôpital de Mènontin", "CNHU Cotonou", "Maternité Lagune"]
SEXES = ["M", "F", "masculin", "féminin", "Garçon", "Fille"]
# What a good date may look like in a register of 1987; the second half is not exact.
GOOD_DATES = [
    "03/07/1987",
    "3-7-87",
    "12 mars 1987",
    "1er janv. 1987",
    "21.08.1987",
    "1987-09-30",
    "vers 1962",
    "mars 1986",
    "1985",
]
GOOD_PHONES = ["", "97 12 34 56", "01 95 44 20 11", "+229 01 66 01 02 03", "22990112233", "96-20-30-40"]

EXPECTED = {
    "csv": {
        "total": 332, "added": 270, "present": 5, "rejected": 57,
        "reasons": {
            "missing": 9, "illegible": 4, "too_long": 2, "bad_number": 3, "bad_year": 3, "bad_date": 5,
            "impossible_date": 5, "partial_date": 2, "date_after_register": 3, "date_order": 2, "bad_sex": 3,
            "bad_phone": 4, "bad_npi": 2, "shifted": 2, "duplicate_in_file": 8,
        },
    },
    "xlsx": {
        "total": 336, "added": 272, "present": 5, "rejected": 59,
        "reasons": {
            "missing": 9, "illegible": 4, "too_long": 2, "bad_number": 3, "bad_year": 3, "bad_date": 5,
            "impossible_date": 5, "partial_date": 2, "date_after_register": 3, "date_order": 2, "bad_sex": 3,
            "bad_phone": 4, "bad_npi": 2, "shifted": 2, "duplicate_in_file": 8, "merged": 2,
        },
    },
}  # fmt: skip


class Register:
    """Rows of one invented register of 1987, numbered from 1."""

    def __init__(self):
        self.number = 0
        self.names = zip(cycle(SURNAMES), cycle(GIVEN), cycle(PLACES), cycle(SEXES), strict=False)

    def row(self, **changes: Any) -> list[Any]:
        """The next good row, with some cells replaced; headers are the keys."""
        self.number += 1
        surname, given, place, sex = next(self.names)
        cells = dict.fromkeys(HEADERS, "") | {
            "N° acte": str(self.number), "Année": "1987", "Volume": "1", "Folio": str(self.number // 4 + 1),
            "Nom": surname, "Prénoms": given, "Sexe": sex, "Date de naissance": "03/07/1987",
            "Lieu de naissance": place, "Nom et prénoms du père": f"{surname} Codjo",
            "Nom et prénoms de la mère": "ABLO Tèni", "Déclarant": "SAGBO Pélagie, sage-femme",
            "Dressé le": "20/07/1987",
        }  # fmt: skip
        cells |= changes
        return [cells[header] for header in HEADERS]


def good_rows(register: Register) -> list[list[Any]]:
    """248 rows that go in: every spelling of dates, sexes, phones and numbers, accents broken but curable."""
    rows = []
    for _i, date, phone in zip(range(220), cycle(GOOD_DATES), cycle(GOOD_PHONES), strict=False):
        rows.append(
            register.row(**{"Date de naissance": date, "Téléphone": phone, "Dressé le": "28/12/1987"})
        )
    for broken in (
        "HOUNGBÃ‰DJI",
        "HOUNGBE´DJI",
        "HOUNGBÃƒâ€°DJI",
        "SÃ¨GBO",
        "SE`GBO",
        "  ADJOVI   ZINSOU ",
        "N`DAH",
    ):
        rows.append(register.row(Nom=broken))
    for broken in ("SÃ¨nan", "FifamÃ¨", "The´ophile", "Ã‰lÃ©onore", "Jean -  Pierre", "Gb&egrave;noukpo"):
        rows.append(register.row(Prénoms=broken))
    for pattern in ("N° {} ", "{}/87", "00{}", "{}/1987", "1987-{}", "{} bis"):
        rows.append(register.row())
        rows[-1][0] = pattern.format(register.number)
    rows += [register.row(Année="") for _ in range(4)]  # the year of « Dressé le »
    rows += [register.row(Année="87") for _ in range(2)]
    rows += [register.row(NPI="1234 567 890"), register.row(**{"Date de naissance": "31961"})]
    rows += [register.row(Nom="=1+1", Prénoms="@SOMME")]  # a formula is a name like another
    return rows


def bad_rows(register: Register) -> list[list[Any]]:
    """47 rows that come back, one reason each."""
    changes: list[dict[str, Any]] = [
        *(
            {"N° acte": ""},
            {"N° acte": ""},
            {"Nom": ""},
            {"Nom": "  "},
            {"Prénoms": ""},
            {"Sexe": ""},
            {"Sexe": ""},
        ),
        *({"Date de naissance": ""}, {"Date de naissance": " "}),
        *(
            {"Nom": "HOUNGB?DJI"},
            {"Prénoms": "S?nan"},
            {"Prénoms": "Fifam?"},
            {"Nom et prénoms du père": "KPAD?"},
        ),
        *({"Nom": "A" * 130}, {"Lieu de naissance": "B" * 170}),
        *({"N° acte": "sans"}, {"N° acte": "12/13/14"}, {"N° acte": "0"}),
        *({"Année": "1789"}, {"Année": "19877"}, {"Année": "2087"}),
        *({"Date de naissance": d} for d in ("inconnue", "juillet", "le 3", "12 brumaire 1987", "03/07")),
        *(
            {"Date de naissance": d}
            for d in ("31/02/1987", "29/02/1987", "31/04/87", "12/13/1987", "0/7/1987")
        ),
        *({"Dressé le": d} for d in ("juillet 1987", "1987")),
        *({"Date de naissance": d} for d in ("03/07/1988", "vers 1990", "12 mars 2001")),
        *({"Date de naissance": "03/07/1987", "Dressé le": d} for d in ("01/07/1987", "02/07/87")),
        *({"Sexe": s} for s in ("X", "2", "inconnu")),
        *({"Téléphone": p} for p in ("97 12 34", "00000000", "12 34 56 78 90 12", "aucun")),
        *({"NPI": n} for n in ("12345", "ABCDEFGHIJ")),
    ]
    return [register.row(**change) for change in changes]


def shifted_rows(register: Register) -> list[list[Any]]:
    """A separator typed inside a name pushes the rest to the right."""
    return [[*register.row(), "97123456"], [*register.row(), "", "x"]]


def repeated_rows(register: Register, rows: list[list[Any]]) -> list[list[Any]]:
    """Five rows copied twice (already there), and four numbers that two different acts use."""
    same = [list(row) for row in rows[:5]]
    disputed = []
    for surname in ("AKAKPO", "BOKO", "CAKPO", "DANSOU"):
        first = register.row()
        second = register.row(Nom=surname, Prénoms="Autre")
        second[0] = first[0]
        disputed += [first, second]
    return same + disputed


def data(register: Register) -> list[list[Any]]:
    good = good_rows(register)
    return good + bad_rows(register) + shifted_rows(register) + repeated_rows(register, good) + more(register)


def more(register: Register) -> list[list[Any]]:
    return [register.row() for _ in range(22)]


def write_csv(path: Path) -> None:
    lines = [";".join(["MAIRIE DE COTONOU – REGISTRE DES NAISSANCES"] + [""] * 14), "", ";".join(HEADERS)]
    for i, row in enumerate(data(Register())):
        lines.append(";".join(_quoted(cell) for cell in row))
        if i % 60 == 59:
            lines += ["", ";".join(HEADERS)]  # a page of the printed register
    path.write_bytes("\r\n".join(lines).encode("cp1252") + b"\r\n")


def _quoted(cell: str) -> str:
    return f'"{cell}"' if ";" in cell or '"' in cell else cell


def write_xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Naissances 1987"
    sheet.append(["MAIRIE DE COTONOU – REGISTRE DES NAISSANCES 1987"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=15)
    sheet.append([])
    sheet.append(HEADERS)
    register = Register()
    rows = data(register)
    for i, row in enumerate(rows):
        sheet.append([_native(header, cell) for header, cell in zip([*HEADERS, "", ""], row, strict=False)])
        if i == 9:
            # The volume and the mother written once for rows 1 to 10 and 2 to 3: twins.
            _merge(sheet, 4, 13, HEADERS.index("Volume"))
            _merge(sheet, 5, 6, HEADERS.index("Nom et prénoms de la mère"))
            sheet.append(["MOIS DE FÉVRIER"])
            sheet.merge_cells(start_row=14, start_column=1, end_row=14, end_column=15)
    start = sheet.max_row + 1
    for _ in range(2):  # one surname and one number over two acts: only the first of each goes in
        sheet.append(register.row())
        sheet.append(register.row())
    _merge(sheet, start, start + 1, HEADERS.index("Nom"))
    _merge(sheet, start + 2, start + 3, HEADERS.index("N° acte"))
    book.properties.created = book.properties.modified = datetime.datetime(2026, 1, 5)  # noqa: DTZ001
    book.save(path)


def _merge(sheet: Any, first: int, last: int, column: int) -> None:
    sheet.merge_cells(start_row=first, start_column=column + 1, end_row=last, end_column=column + 1)


def _native(header: str, cell: str) -> Any:
    """Numbers and dates as a spreadsheet stores them, when the office typed them as such."""
    if header == "Date de naissance" and cell == "03/07/1987":
        return datetime.datetime(1987, 7, 3)  # noqa: DTZ001
    if header == "Dressé le" and cell == "20/07/1987":
        return datetime.date(1987, 7, 20)
    if header in {"N° acte", "Année", "Folio"} and cell.isdigit() and not cell.startswith("0"):
        return int(cell)
    if cell.startswith("="):
        return f"'{cell}"
    return cell or None


if __name__ == "__main__":
    write_csv(FOLDER / "births_dirty.csv")
    write_xlsx(FOLDER / "births_dirty.xlsx")
