"""Rows ticked on a list, as they come back in a POST."""

from uuid import UUID

from django.utils.translation import gettext as _

from cotonou.core.errors import DomainError


def chosen_ids(texts: list[str]) -> list[UUID]:
    found = [uuid_or_none(text) for text in texts]
    if None in found:
        raise DomainError(_("Un dossier choisi n’existe pas. Rechargez la page."), code="unknown_choice")
    return list(dict.fromkeys(uuid for uuid in found if uuid))


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
