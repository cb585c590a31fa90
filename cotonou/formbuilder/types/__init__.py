"""The types of field, by the name a definition gives them."""

from cotonou.formbuilder.definition import Field
from cotonou.formbuilder.types import choices, composite, dates, simple
from cotonou.formbuilder.types.base import FieldType, Surroundings, fixed_limit

TYPES: dict[str, FieldType] = {
    "text": simple.Text(),
    "name": simple.Name(),
    "textarea": simple.Textarea(),
    "integer": simple.Integer(),
    "money": simple.Money(),
    "date": dates.Date(),
    "partial_date": dates.PartialDate(),
    "phone": simple.Phone(),
    "email": simple.Email(),
    "choice": choices.Choice(),
    "multi": choices.Multi(),
    "yes_no": simple.YesNo(),
    "npi": simple.Npi(),
    "quartier": choices.Choice(),
    "arrondissement": choices.Choice(),
    "act_reference": composite.ActReference(),
    "computed": simple.Computed(),
    "upload": composite.Upload(),
}


def of(field: Field) -> FieldType:
    return TYPES[field.type]


__all__ = ["TYPES", "FieldType", "Surroundings", "fixed_limit", "of"]
