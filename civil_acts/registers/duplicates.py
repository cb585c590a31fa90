"""Acts that may be the one somebody is about to write again, or to certify absent."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from civil_acts.models.registers import ActKind, RegisterAct
from civil_acts.registers import search
from civil_acts.registers.names import plain
from cotonou.accounts.models import Office
from cotonou.core.errors import DomainError

SHOWN = 5
# Likeness of whole names (0 to 1): two spellings of one name are above, brothers and sisters about there.
ALIKE = 0.5
# From here on the name alone is enough to look.
SAME_NAME = 0.75


@dataclass(frozen=True)
class Sought:
    """What is known of the person; empty when it is not. year: of the register or of the event."""

    kind: str
    name: str
    year: int | None = None
    day: datetime.date | None = None
    mother: str = ""
    office: Office | None = None


def likely(acts: Any, sought: Sought) -> list[RegisterAct]:
    """Of ``acts``, the valid ones that may be about the same event, the most alike first."""
    around: QuerySet[RegisterAct] = acts.valid().filter(kind=sought.kind)
    if sought.office is not None:
        around = around.filter(office=sought.office)
    if sought.year:
        years = range(sought.year - 1, sought.year + 2)
        around = around.filter(Q(year__in=years) | Q(event_year__in=years))
    return [act for act in search.near(around, sought.name) if _may_be(act, sought)][:SHOWN]


def _may_be(act: Any, sought: Sought) -> bool:
    if act.score < ALIKE:
        return False
    if sought.day and act.event_date:
        return act.event_date == sought.day or (act.score >= SAME_NAME and _same_mother(act, sought))
    return act.score >= SAME_NAME or _same_mother(act, sought)


def _same_mother(act: RegisterAct, sought: Sought) -> bool:
    """They share a word of the mother's name, whatever its accents; one who is not named is no other one."""
    known, said = set(plain(act.mother_name).split()), set(plain(sought.mother).split())
    return not known or not said or bool(known & said)


def of_reading(kind: str, office: Office, values: dict[str, Any]) -> Sought:
    """What was just typed, as ``transcription.read`` gives it."""
    return Sought(
        kind=kind,
        name=f"{values.get('surname', '')} {values.get('given_names', '')}".strip(),
        year=values.get("year"),
        day=values.get("event_date"),
        mother=values.get("mother_name", "") if kind == ActKind.BIRTH else "",
        office=office,
    )


class LikelyDuplicateError(DomainError):
    """``acts``: what is to be opened and compared."""

    code = "likely_duplicate"

    def __init__(self, acts: list[RegisterAct]) -> None:
        super().__init__(
            _("Le registre a peut-être déjà cet acte : %(acts)s. Ouvrez-le et comparez.")
            % {"acts": " ; ".join(f"{act.names}, {act}" for act in acts)}
        )
        self.acts = acts


def refuse_unseen(
    kind: str, office: Office, values: dict[str, Any], *, dismissed: Collection[UUID]
) -> list[RegisterAct]:
    """The likely duplicates of a reading. Raises LikelyDuplicateError unless all were dismissed."""
    found = likely(RegisterAct.objects.all(), of_reading(kind, office, values))
    if any(act.public_id not in dismissed for act in found):
        raise LikelyDuplicateError(found)
    return found
