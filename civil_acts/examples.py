"""An invented person for each kind of document: what a specimen is printed with.

The shapes are those of ``snapshots``; every part of the wording shows.
"""

from typing import Any

from civil_acts import snapshots
from cotonou.territory.dates import local_today

_PERSON = {"surname": "Exemple", "given_names": "Prénom Deuxième-Prénom", "sex": "féminin"}
_BIRTH = {"on": "1984-03-27", "text": "27 mars 1984", "time": "14:05", "place": "Cotonou"}
_FATHER = {
    "name": "EXEMPLE Père",
    "occupation": "menuisier",
    "residence": "Cotonou",
    "birth": "12 mai 1955 à Ouidah",
}
_MOTHER = {
    "name": "EXEMPLE Mère",
    "occupation": "commerçante",
    "residence": "Cotonou",
    "birth": "vers 1960 à Abomey",
}
_ACT = {
    "centre": "5e arrondissement",
    "year": 1984,
    "volume": "2",
    "folio": "18",
    "number": "312",
    "drawn_up_on": "1984-04-02",
    "officer_name": "EXEMPLE Officier",
    "declarant": "EXEMPLE Père",
    "declarant_quality": "père de l’enfant",
    "remarks": "Exemple d’observation portée dans l’acte",
}
_MENTION = "Exemple de mention : mariée à Cotonou le 20 mai 2012 (acte de mariage 2012/45)"
_ITEM = {
    "position": 1,
    "code": "ABCDE-12345",
    "name": "EXEMPLE Prénom",
    "quartier": "Quartier d’exemple",
    "deposited_on": "2026-11-24",
    "held_xof": 1000,
}


def values(kind: str) -> dict[str, Any]:
    """Everything that the model of this kind may name. Raises KeyError for a kind without a model."""
    known = {
        "act": _ACT,
        "person": _PERSON,
        "birth": _BIRTH,
        "father": _FATHER,
        "mother": _MOTHER,
        "mentions": [{"text": _MENTION}],
        "search": {
            "act_kind": "naissance",
            "centre": "5e arrondissement",
            "years": "1984",
            "found": "absent",
            "searched_on": "2026-11-24",
            "registers": "Naissances de 1983 à 1985",
        },
        "batch": {
            "number": "2026-12",
            "sent_on": "2026-11-24",
            "recipient": "l’UCIP de Cotonou",
            "service": "Certificat de résidence",
            "count": 1,
        },
        "items": [_ITEM],
        "total": {"held_xof": 1000},
        "officer": {"name": "EXEMPLE Officier", "title": "officier d’état civil du 5e arrondissement"},
        "signed_on": local_today().isoformat(),
    }
    return {name: known[name] for name in snapshots.VARIABLES[kind]}
