"""What citizens write in the two forms, from an act of the registers or from nothing."""

import random
import unicodedata
from dataclasses import dataclass
from typing import Any

from civil_acts.models import RegisterAct
from civil_acts.states import Relation
from cotonou.portal.demo.names import People, Person, email_of

BIRTH, RESIDENCE = "acte-de-naissance", "certificat-de-residence"
RELATIONS = [link for link in Relation if link != Relation.OTHER]
PURPOSES = ("Ouverture d’un compte", "Inscription à l’école", "Dossier d’emploi", "Passeport", "Bourse", "")
_SOUNDS = (("ou", "u"), ("oss", "os"), ("h", ""), ("gb", "b"), ("c", "k"), ("y", "i"), ("nn", "n"))


@dataclass(frozen=True)
class Citizen:
    """Somebody who asks; ``account`` is the uuid of their account."""

    person: Person
    phone: str
    email: str = ""
    account: Any = None

    @property
    def contact_name(self) -> str:
        """As the forms compose it."""
        return f"{self.person.surname} {self.person.given_names}"


def citizen(people: People, person: Person) -> Citizen:
    phone = people.phone()
    with_email = people.rng.random() < 0.3
    return Citizen(person, phone, email_of(person, int(phone[-4:])) if with_email else "")


def relation(rng: random.Random, act: RegisterAct) -> Relation:
    """Who would ask for this act: parents for children, mostly the holder for the others."""
    if act.year >= 2008:
        return rng.choices(RELATIONS, (0, 8, 0, 0, 1, 0))[0]
    return rng.choices(RELATIONS, (14, 2, 2, 1, 1, 1))[0]


def applicant(people: People, act: RegisterAct, link: str) -> Person:
    if link == Relation.HOLDER:
        return Person(act.surname, act.given_names, act.sex)
    if link == Relation.PARENT:
        sex = people.rng.choice("MF")
        surname, _space, given = (act.father_name if sex == "M" else act.mother_name).rpartition(" ")
        return Person(surname.title(), given, sex)
    return people.person(surname=act.surname if link == Relation.CHILD else "")


def birth(
    rng: random.Random, who: Citizen, act: RegisterAct, *, link: str, variant: str, copies: int = 1
) -> dict[str, Any]:
    """Names as people spell them; number and year when they hold an old copy."""
    answers = {
        "applicant_surname": who.person.surname,
        "applicant_given_names": who.person.given_names,
        "phone": who.phone,
        "variant": variant,
        "copies": copies,
        "relation": str(link),
        "subject_surname": misspelt(act.surname, rng),
        "subject_given_names": misspelt(act.given_names, rng),
        "birth_date": birth_date(act),
        "arrondissement": act.office.arrondissement_id,
    }
    if who.email:
        answers["email"] = who.email
    if rng.random() < 0.6:
        answers["act"] = {"number": act.act_number_text, "year": act.year}
    if rng.random() < 0.8:
        answers |= {"father_name": act.father_name, "mother_name": act.mother_name}
    return answers


def birth_date(act: RegisterAct) -> dict[str, Any]:
    if act.event_date:
        return {"year": act.event_date.year, "month": act.event_date.month, "day": act.event_date.day}
    found: dict[str, Any] = {"year": act.event_year}
    return found | {"about": True} if act.event_date_precision == "ABOUT" else found


def residence(rng: random.Random, people: People, who: Citizen, quartier: int) -> dict[str, Any]:
    year = rng.randrange(1960, 2006)
    answers = {
        "subject_surname": who.person.surname,
        "subject_given_names": who.person.given_names,
        "phone": who.phone,
        "npi": people.npi(),
        "birth_date": {"year": year, "month": rng.randrange(1, 13), "day": rng.randrange(1, 29)},
        "quartier": quartier,
        "address": f"Carré {rng.randrange(100, 1990)}, maison {who.person.surname}",
        "resident_since": {"year": rng.randrange(max(year, 1990), 2025)},
    }
    if who.email:
        answers["email"] = who.email
    if purpose := rng.choice(PURPOSES):
        answers["purpose"] = purpose
    return answers


def misspelt(name: str, rng: random.Random) -> str:
    """Most people write their name as the register does; some lose accents, some write what they hear."""
    chance = rng.random()
    if chance < 0.6:
        return name
    plain = name.translate(str.maketrans("ɖƉɛƐɔƆ", "dDeEoO"))
    plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    if chance > 0.85:
        sound, heard = rng.choice(_SOUNDS)
        plain = plain.replace(sound, heard, 1) or plain
    return plain


def pieces(slug: str, link: str) -> tuple[str, ...]:
    """What the form of ``slug`` asks this person to join."""
    if slug == RESIDENCE:
        return ("npi_proof", "residence_sheet")
    if link == Relation.HOLDER:
        return ("identity",)
    return ("identity", "mandate" if link == Relation.MANDATE else "kinship")
