"""Rows ticked on a list, as they come back in a POST."""

from uuid import UUID

from django.utils.translation import gettext as _

from cotonou.core.errors import DomainError


def chosen_ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in dict.fromkeys(texts):
        try:
            found.append(UUID(text))
        except ValueError as error:
            raise DomainError(_("Un dossier choisi n’existe pas. Rechargez la page.")) from error
    return found
