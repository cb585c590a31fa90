"""Acts of births, marriages and deaths, 1950 to now, as an imported register holds them."""

import datetime
import hashlib
import json
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

from civil_acts.models import ActKind, DatePrecision, ImportBatch, Mention, RegisterAct
from cotonou.accounts.models import Office
from cotonou.portal.demo.copying import copy_rows, copy_tuples, give_ids, take_ids
from cotonou.portal.demo.names import People, Person

FIRST_DAY = datetime.date(1950, 1, 1)
# A year whose register came in two files: the second goes on from here.
SECOND_FILE_FROM = 5000
KINDS = (ActKind.BIRTH, ActKind.MARRIAGE, ActKind.DEATH)
SHARES = (78, 12, 10)  # per cent of acts, per kind
# Arrondissements do not register alike: some hold the big maternities.
WEIGHTS = (9, 7, 6, 5, 12, 10, 6, 6, 7, 7, 8, 10, 7)
MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
PLACES = (
    "Cotonou", "Cotonou", "Cotonou, maternité Lagune", "Cotonou, centre de santé de Suru-Léré",
    "Cotonou, centre de santé de Mènontin", "Cotonou, hôpital de zone",
)  # fmt: skip
TOWNS = ("Cotonou", "Ouidah", "Abomey", "Porto-Novo", "Parakou", "Bohicon", "Lokossa", "Natitingou", "Pobè")
OCCUPATIONS = {
    "M": (
        "maçon", "conducteur de taxi-moto", "instituteur", "pêcheur", "menuisier", "mécanicien",
        "comptable", "tailleur", "commerçant", "chauffeur", "infirmier", "soudeur", "agent de police",
    ),
    "F": (
        "commerçante", "couturière", "ménagère", "revendeuse", "coiffeuse", "sage-femme", "enseignante",
        "secrétaire", "restauratrice", "comptable", "infirmière", "étudiante",
    ),
}  # fmt: skip
COLUMNS = (
    "id", "public_id", "kind", "office_id", "centre", "year", "volume", "folio", "act_number_text",
    "act_number", "act_number_suffix", "drawn_up_on", "officer_name", "declarant", "surname", "given_names",
    "usual_name", "sex", "spouse_surname", "spouse_given_names", "event_date", "event_date_text",
    "event_date_precision", "event_year", "event_place", "birth_place", "father_name", "mother_name", "npi",
    "phone", "details", "status", "cancelled_reason", "verified", "source", "import_batch_id", "row_digest",
    "created_at",
)  # fmt: skip
_BLANK = dict.fromkeys(COLUMNS, "") | {"status": "VALID", "source": "IMPORT"}


def load(
    count: int,
    *,
    people: People,
    rng: random.Random,
    imported_at: datetime.datetime,
    by: Any,
    since: datetime.date = FIRST_DAY,
    first_number: int = 1,
) -> None:
    """Write ``count`` acts with their import batches, and mentions on some births.

    imported_at: when the registers came into the portal; nothing is newer.
    since: the first day of the registers, another than FIRST_DAY for a second load.
    first_number: of each year, so that several loads share a year.
    """
    offices = list(Office.objects.arrondissements())
    shares = _shares(count, rng)
    batches = _batches(shares, offices, since, imported_at, by)
    maker = ActMaker(people, rng, since, imported_at, first_number)
    ids = iter(take_ids(RegisterAct, count))
    mentions: list[Mention] = []

    def rows() -> Iterator[list[Any]]:
        for (kind, number), amount in shares.items():
            office = offices[number]
            for act in maker.register(kind, office.pk, amount):
                act["id"], act["import_batch_id"] = next(ids), batches[kind, number]
                if kind == ActKind.BIRTH and rng.random() < 0.06:
                    mentions.append(_mention(act, people, imported_at))
                yield [act[column] for column in COLUMNS]

    copy_tuples(RegisterAct, COLUMNS, rows())
    give_ids(mentions)
    copy_rows(mentions)


def _shares(count: int, rng: random.Random) -> dict[tuple[ActKind, int], int]:
    cells = [(kind, number) for kind in KINDS for number in range(len(WEIGHTS))]
    weights = [share * weight for share in SHARES for weight in WEIGHTS]
    drawn = Counter(rng.choices(range(len(cells)), weights, k=count))
    return {cell: drawn[place] for place, cell in enumerate(cells) if drawn[place]}


_FILES = {ActKind.BIRTH: "naissances", ActKind.MARRIAGE: "mariages", ActKind.DEATH: "deces"}


def _batches(
    shares: dict[tuple[ActKind, int], int],
    offices: list[Office],
    since: datetime.date,
    at: datetime.datetime,
    by: Any,
) -> dict[tuple[ActKind, int], int]:
    made = []
    for (kind, number), amount in shares.items():
        office = offices[number]
        name = f"{_FILES[kind]}_{office.code}_{since.year}-{at.year}.csv"
        made.append(
            ImportBatch(
                kind=kind,
                office=office,
                state=ImportBatch.State.DONE,
                file_name=name,
                file_digest=hashlib.sha256(name.encode()).hexdigest(),
                rows_total=amount,
                rows_added=amount,
                author=by.user,
                created_at=at,
                finished_at=at + datetime.timedelta(seconds=20 + amount // 500),
            )
        )
    give_ids(made)
    copy_rows(made)
    return {cell: batch.pk for cell, batch in zip(shares, made, strict=True)}


class ActMaker:
    """Acts of one register in the order they were drawn up; numbers grow within a year."""

    def __init__(
        self,
        people: People,
        rng: random.Random,
        since: datetime.date,
        until: datetime.datetime,
        first_number: int,
    ) -> None:
        self.first_number = first_number
        self.people, self.rng, self.since, self.until = people, rng, since, until.date()
        years = range(since.year, self.until.year + 1)
        self.years, self.year_weights = years, [(year - 1938) ** 1.4 for year in years]
        self.created_at = until.isoformat()

    def register(self, kind: ActKind, office_id: int, amount: int) -> Iterator[dict[str, Any]]:
        by_year = Counter(self.rng.choices(self.years, self.year_weights, k=amount))
        for year in sorted(by_year):
            days = self._days(year, by_year[year])
            numbers = self._numbers(year, by_year[year])
            for day, number in zip(days, numbers, strict=True):
                act = _BLANK | {
                    "public_id": uuid.UUID(int=self.rng.getrandbits(128), version=4),
                    "kind": kind.value,
                    "office_id": office_id,
                    "year": year,
                    "volume": str(1 + number // 1000),
                    "folio": str(1 + number % 1000 // 4),
                    "act_number": number,
                    "act_number_text": str(number),
                    "drawn_up_on": day,
                    "row_digest": f"{self.rng.getrandbits(128):032x}",
                    "verified": self.rng.random() < 0.3,
                    "created_at": self.created_at,
                }
                self._fill(kind, act, day)
                yield act

    def _days(self, year: int, amount: int) -> list[datetime.date]:
        first = max(datetime.date(year, 1, 1), self.since).toordinal()
        last = min(datetime.date(year, 12, 31), self.until - datetime.timedelta(days=1)).toordinal()
        return sorted(datetime.date.fromordinal(self.rng.randint(first, last)) for _ in range(amount))

    def _numbers(self, year: int, amount: int) -> list[int]:
        whole_year = self.since <= datetime.date(year, 1, 1)
        first = self.first_number if whole_year else SECOND_FILE_FROM
        return sorted(self.rng.sample(range(first, first + max(400, amount * 4)), amount))

    def _fill(self, kind: ActKind, act: dict[str, Any], day: datetime.date) -> None:
        act["officer_name"] = self.people.full_name(self.rng.choice("MMF"))
        details = {
            ActKind.BIRTH: self._birth,
            ActKind.MARRIAGE: self._marriage,
            ActKind.DEATH: self._death,
        }[kind](act, day)
        act["details"] = json.dumps(details, ensure_ascii=False)

    def _birth(self, act: dict[str, Any], day: datetime.date) -> dict[str, str]:
        rng, people = self.rng, self.people
        child = people.person()
        _name(act, child)
        exact = day - datetime.timedelta(days=rng.randint(2, 20))
        if day.year < 1985 and rng.random() < 0.15:
            self._vaguely(act, day.year - rng.randint(3, 12))
        else:
            _exactly(act, exact)
        act["event_place"] = rng.choice(PLACES)
        act["father_name"] = people.full_name("M", child.surname)
        act["mother_name"] = people.full_name("F")
        act["declarant"], quality = (
            (act["father_name"], "père") if rng.random() < 0.7 else (people.full_name("F"), "sage-femme")
        )
        return {
            "event_time": f"{rng.randrange(24):02d}:{rng.randrange(60):02d}",
            "father_occupation": rng.choice(OCCUPATIONS["M"]),
            "mother_occupation": rng.choice(OCCUPATIONS["F"]),
            "father_residence": "Cotonou",
            "mother_residence": "Cotonou",
            "declarant_quality": quality,
        }

    def _marriage(self, act: dict[str, Any], day: datetime.date) -> dict[str, str]:
        rng, people = self.rng, self.people
        husband, wife = people.person("M"), people.person("F")
        _name(act, husband)
        act["spouse_surname"], act["spouse_given_names"] = wife.surname, wife.given_names
        _exactly(act, day)
        act["event_place"], act["birth_place"] = "Cotonou", rng.choice(TOWNS)
        act["father_name"] = people.full_name("M", husband.surname)
        act["mother_name"] = people.full_name("F")
        return {
            "regime": rng.choice(("séparation de biens", "communauté réduite aux acquêts")),
            "occupation": rng.choice(OCCUPATIONS["M"]),
            "spouse_occupation": rng.choice(OCCUPATIONS["F"]),
            "spouse_father_name": people.full_name("M", wife.surname),
            "spouse_mother_name": people.full_name("F"),
            "witness_1": people.full_name("M"),
            "witness_2": people.full_name("F"),
        }

    def _death(self, act: dict[str, Any], day: datetime.date) -> dict[str, str]:
        rng, people = self.rng, self.people
        person = people.person()
        _name(act, person)
        _exactly(act, day - datetime.timedelta(days=rng.randint(0, 6)))
        act["event_place"], act["birth_place"] = "Cotonou", rng.choice(TOWNS)
        act["father_name"] = people.full_name("M", person.surname)
        act["mother_name"] = people.full_name("F")
        act["declarant"] = people.full_name(rng.choice("MF"))
        return {
            "occupation": rng.choice(OCCUPATIONS[person.sex]),
            "residence": "Cotonou",
            "declarant_quality": rng.choice(("fils", "fille", "frère", "sœur", "voisin")),
        }

    def _vaguely(self, act: dict[str, Any], year: int) -> None:
        """A birth declared late, by judgment: people knew the year, or about."""
        act["event_year"] = year
        form = self.rng.random()
        if form < 0.5:
            precision, text = DatePrecision.ABOUT, f"vers {year}"
        elif form < 0.8:
            precision, text = DatePrecision.YEAR, f"en {year}"
        else:
            precision, text = DatePrecision.MONTH, f"{self.rng.choice(MONTHS)} {year}"
        act["event_date"], act["event_date_precision"], act["event_date_text"] = None, precision.value, text


def _name(act: dict[str, Any], person: Person) -> None:
    act["surname"], act["given_names"], act["sex"] = person.surname, person.given_names, person.sex


def _exactly(act: dict[str, Any], day: datetime.date) -> None:
    act["event_date"], act["event_year"], act["event_date_precision"] = day, day.year, "DAY"


_COURT = "Jugement n° {n} de {year}, tribunal de Cotonou"
# kind, text, source, and the age from which it happens
_MENTIONS = (
    ("MARRIAGE", "Marié{e} à Cotonou avec {other}", "Acte de mariage n° {n} de {year}, Cotonou", 18),
    ("RECOGNITION", "Reconnu{e} par le père", "Acte de reconnaissance n° {n} de {year}", 1),
    ("RECTIFICATION", "Le prénom est rectifié par jugement", _COURT, 5),
    ("DEATH", "Décédé{e} à Cotonou", "Acte de décès n° {n} de {year}, Cotonou", 30),
)


def _mention(act: dict[str, Any], people: People, until: datetime.datetime) -> Mention:
    rng = people.rng
    known = [row for row in _MENTIONS if act["year"] + row[3] < until.year] or [_MENTIONS[1]]
    kind, text, source, age = rng.choices(known, [6 if row[0] == "MARRIAGE" else 1 for row in known])[0]
    year = min(act["year"] + age + rng.randrange(12), until.year - 1)
    dated_on = datetime.date(max(year, act["year"]), rng.randrange(1, 13), rng.randrange(1, 29))
    dated_on = min(max(dated_on, act["drawn_up_on"]), until.date())
    other = people.full_name("F" if act["sex"] == "M" else "M")
    return Mention(
        act_id=act["id"],
        kind=kind,
        text=text.format(other=other, e="e" if act["sex"] == "F" else ""),
        source_reference=source.format(n=rng.randrange(1, 900), year=dated_on.year),
        dated_on=dated_on,
        created_at=until,
    )
