"""The two procedures the portal opens with, and what the demonstration city adds to them.

Amounts, delays and rules nobody has decided stay unknown: the empty city gets
unpublished drafts that staff complete; the demonstration publishes invented
figures, marked as such, which the go-live page refuses.
"""

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from civil_acts import snapshots
from civil_acts.models import EntitlementRule, Procedure, ProcedureVersion
from civil_acts.states import Relation
from cotonou.accounts.actors import SYSTEM
from cotonou.catalogue.models import Service
from cotonou.documents import services as documents
from cotonou.formbuilder import services as forms
from cotonou.ledger.chart import AccountCode
from cotonou.territory.dates import local_today

HERE = Path(__file__).parent
# What the wording of a document rests on until the City has checked it on its specimens.
UNVALIDATED = "Modèle à valider sur les spécimens de la Mairie"
UNCONFIRMED = ""  # no source: pages say « à confirmer par la Mairie »
RESIDENCE_FEE_SOURCE = "24haubenin.bj/?La-nouvelle-procedure-de-delivrance-du-Certificat-de-residence"


@dataclass(frozen=True)
class Known:
    """What is known of a procedure; ``demo`` holds the figures invented for the demonstration."""

    slug: str
    form: str
    variants: list[dict[str, str]]
    fees: list[dict[str, Any]]
    office_rule: dict[str, str]
    legal_basis: str
    source: str
    demo_fees: list[dict[str, Any]]
    demo_delay: int


BIRTH = Known(
    slug="acte-de-naissance",
    form="form_birth_act.json",
    variants=[
        {"id": "extrait", "label": "Extrait d’acte de naissance", "document_kind": snapshots.BIRTH_EXTRACT},
        {
            "id": "copie",
            "label": "Copie intégrale d’acte de naissance",
            "document_kind": snapshots.BIRTH_COPY,
        },
    ],
    fees=[
        {
            "id": "copy",
            "label": {"fr": "Droit de délivrance", "en": "Issuing fee"},
            "amount_xof": None,
            "per_copy": True,
            "source": UNCONFIRMED,
        }
    ],
    office_rule={"arrondissement": "arrondissement"},
    legal_basis="Code des personnes et de la famille (loi 2002-07), art. 34",
    source="openloibenin.com/2025/03/31/tout-savoir-sur-letat-civil-au-benin-ce-que-dit-le-code-des-personnes-"
    "et-de-la-famille-chapitres-1-et-2-du-titre-ii-de-ce-code/",
    demo_fees=[
        {
            "id": "copy",
            "label": {"fr": "Droit de délivrance", "en": "Issuing fee"},
            "amount_xof": 500,
            "per_copy": True,
            "source": UNCONFIRMED,
            "allocations": [{"account": AccountCode.CIVIL_ACT_FEES, "amount_xof": 500}],
        },
    ],
    demo_delay=3,
)
_RESIDENCE_FEES = [
    {
        "id": "stamp",
        "label": {"fr": "Timbre de la commune", "en": "City stamp"},
        "amount_xof": 1000,
        "source": RESIDENCE_FEE_SOURCE,
        "allocations": [{"account": AccountCode.CIVIL_ACT_FEES, "amount_xof": 1000}],
    },
    {
        "id": "anip",
        "label": {"fr": "Part de l’ANIP", "en": "ANIP’s share"},
        "amount_xof": 1000,
        "source": RESIDENCE_FEE_SOURCE,
        "allocations": [{"account": AccountCode.HELD_FOR_OTHERS, "amount_xof": 1000, "held_for": "ANIP"}],
    },
]
RESIDENCE = Known(
    slug="certificat-de-residence",
    form="form_residence.json",
    variants=[
        {
            "id": "certificat",
            "label": "Certificat de résidence",
            "document_kind": snapshots.RESIDENCE,
        }
    ],
    fees=_RESIDENCE_FEES,
    office_rule={"quartier": "quartier"},
    legal_basis="Délivrance par l’ANIP (UCIP à la mairie)",
    source="srtb.bj/certificat-de-residence-au-benin-tout-savoir-sur-la-nouvelle-procedure-dobtention/",
    demo_fees=_RESIDENCE_FEES,
    demo_delay=5,
)
ALL = (BIRTH, RESIDENCE)

_ID = "Pièce d’identité de la personne présente ou de sa photo : nom et visage concordent"
# (kinds, relation, proofs): the full copy asks more of a representative than the extract.
RULES: list[tuple[tuple[str, ...], str, list[str]]] = [
    (
        (snapshots.BIRTH_COPY, snapshots.BIRTH_EXTRACT, snapshots.NON_REGISTRATION),
        Relation.HOLDER,
        [_ID, "Le nom de la pièce d’identité est celui de l’acte"],
    ),
    (
        (snapshots.BIRTH_COPY, snapshots.BIRTH_EXTRACT, snapshots.NON_REGISTRATION),
        Relation.PARENT,
        [_ID, "Le demandeur est le père ou la mère nommé dans l’acte"],
    ),
    (
        (snapshots.BIRTH_COPY, snapshots.BIRTH_EXTRACT, snapshots.NON_REGISTRATION),
        Relation.CHILD,
        [_ID, "L’acte de naissance du demandeur nomme la personne comme père ou mère"],
    ),
    (
        (snapshots.BIRTH_COPY, snapshots.BIRTH_EXTRACT, snapshots.NON_REGISTRATION),
        Relation.SPOUSE,
        [_ID, "Acte de mariage ou livret de famille au nom des deux époux"],
    ),
    (
        (snapshots.BIRTH_EXTRACT, snapshots.NON_REGISTRATION),
        Relation.REPRESENTATIVE,
        [_ID, "Jugement, acte de tutelle ou pouvoir du représentant légal"],
    ),
    (
        (snapshots.BIRTH_COPY,),
        Relation.REPRESENTATIVE,
        [
            _ID,
            "Jugement, acte de tutelle ou pouvoir du représentant légal",
            "Le pouvoir mentionne la copie intégrale",
        ],
    ),
    (
        (snapshots.BIRTH_EXTRACT, snapshots.NON_REGISTRATION),
        Relation.MANDATE,
        [_ID, "Procuration écrite et signée", "Copie de la pièce d’identité de la personne représentée"],
    ),
    (
        (snapshots.RESIDENCE,),
        Relation.HOLDER,
        [
            "Le NPI et le nom concordent avec la pièce présentée",
            "La fiche de résidence est signée du chef de quartier",
            "L’adresse de la fiche est celle de la demande",
        ],
    ),
]


@transaction.atomic
def load(*, demonstration: bool, on: datetime.date | None = None) -> None:
    """Create forms, procedures, rules and document templates; running it again changes nothing.

    on: the day from which demonstration versions and rules apply (a year ago for
    a city with a past). Without ``demonstration`` nothing is published.
    """
    day = on or local_today()
    for known in ALL:
        _load_procedure(known, demonstration=demonstration, day=day)
    _load_templates(day)
    for kinds, relation, proofs in RULES:
        for kind in kinds:
            if not EntitlementRule.objects.filter(document_kind=kind, relation=relation).exists():
                EntitlementRule.objects.create(
                    document_kind=kind, relation=relation, proofs=proofs, source=UNCONFIRMED, starts_on=day
                )


def _load_procedure(known: Known, *, demonstration: bool, day: datetime.date) -> None:
    procedure, _created = Procedure.objects.get_or_create(service=Service.objects.get(slug=known.slug))
    if procedure.versions.exists():
        return
    content = json.loads((HERE / "data" / known.form).read_text(encoding="utf-8"))
    publish_form = forms.publish if demonstration else forms.save_in_the_making
    version = ProcedureVersion(
        procedure=procedure,
        number=1,
        form_version=publish_form(slug=known.slug, content=content, by=SYSTEM),
        variants=known.variants,
        fees=known.demo_fees if demonstration else known.fees,
        office_rule=known.office_rule,
        legal_basis=known.legal_basis,
        source=known.source,
        demonstration=demonstration,
    )
    if demonstration:
        version.delay_working_days, version.in_force_from, version.published_at = (
            known.demo_delay,
            day,
            timezone.now(),
        )
    version.save()


def _load_templates(day: datetime.date) -> None:
    for kind, name in (
        (snapshots.BIRTH_COPY, "birth_copy"),
        (snapshots.BIRTH_EXTRACT, "birth_extract"),
        (snapshots.NON_REGISTRATION, "non_registration"),
        (snapshots.TRANSMISSION_SLIP, "transmission_slip"),
    ):
        documents.publish_template(
            kind=kind,
            source=(HERE / "document_templates" / f"{name}.html").read_text(encoding="utf-8"),
            variables=snapshots.VARIABLES[kind],
            legal_reference=UNVALIDATED,
            keep_reference=True,
            layout="slip" if kind == snapshots.TRANSMISSION_SLIP else "certificate",
            starts_on=day,
            by=SYSTEM,
        )
