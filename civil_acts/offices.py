"""Which office treats a request: the one named by an answer, as the version's rule says."""

from django.utils.translation import gettext as _

from cotonou.accounts.models import Office
from cotonou.core.errors import DomainError
from cotonou.territory.models import Quartier


def office_for(rule: dict, answers: dict) -> Office:
    """rule: {"arrondissement": field} or {"quartier": field}. Raises DomainError if nothing is named."""
    number = None
    if "quartier" in rule and answers.get(rule["quartier"]):
        number = (
            Quartier.objects.filter(pk=answers[rule["quartier"]])
            .values_list("arrondissement_id", flat=True)
            .first()
        )
    elif "arrondissement" in rule and answers.get(rule["arrondissement"]):
        number = int(answers[rule["arrondissement"]])
    office = Office.objects.arrondissements().filter(arrondissement_id=number).first() if number else None
    if office is None:
        raise DomainError(_("Choisissez l’arrondissement qui traitera votre demande."), code="no_office")
    return office
