"""The same form, filled by an agent for somebody who stands at the counter.

What the citizen reads becomes what the office asks: no « vous », no hint about
codes and SMS, nothing that the agent's browser could fill in with the agent's
own name. The person may have no phone: then a box says so, and the printed
receipt is what they follow their request with.
"""

from collections.abc import Mapping
from typing import Any

from cotonou.formbuilder.definition import Form, parse

# The field that an assisted form adds under the phone.
NO_PHONE = "no_phone"
_TICK: dict[str, Any] = {
    "id": NO_PHONE,
    "type": "multi",
    "label": {"fr": "Si la personne n’a pas de téléphone", "en": "If the person has no phone"},
    "error": {
        "fr": "Saisissez le numéro de téléphone, ou cochez « Pas de téléphone ».",
        "en": "Enter the phone number, or tick “No phone”.",
    },
    "choices": [
        {
            "value": "yes",
            "label": {
                "fr": "Pas de téléphone : suivi avec le reçu imprimé, document remis au guichet",
                "en": "No phone: followed with the printed receipt, document handed over at the counter",
            },
        }
    ],
}


def assisted(form: Form) -> Form:
    """``form`` in the words of the office; answers keep their shapes and ids, and ``NO_PHONE`` may be one."""
    spec = dict(form.spec)
    phone = spec.get("contact", {}).get("phone")
    spec["pages"] = [_page(page, phone) for page in spec["pages"]]
    spec["pieces"] = [_piece(piece) for piece in spec.get("pieces", ())]
    if phone:
        spec["contact"] = spec["contact"] | {"absent": NO_PHONE}
    return parse(spec)


def _page(page: Mapping[str, Any], phone: str | None) -> dict[str, Any]:
    fields: list[dict[str, Any]] = []
    for field in page["fields"]:
        if field["id"] == phone and field.get("required", True):
            asked = {"condition": {"field": phone, "filled": False}}
            fields += [_field(field) | {"required": False, "says_optional": False}, _TICK | asked]
        else:
            fields.append(_field(field))
    return _spoken(page, title="staff_title", hint="staff_hint") | {"fields": fields}


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    spoken = _spoken(field, label="staff_label") | {"autocomplete": "off"}
    spoken.pop("called", None)  # « votre nom »: the label is quoted instead
    if "staff_hint" in field:
        spoken["hint"] = field["staff_hint"]
    if "choices" in field:
        spoken["choices"] = [_spoken(choice, label="staff_label") for choice in field["choices"]]
    return spoken


def _piece(piece: Mapping[str, Any]) -> dict[str, Any]:
    spoken = _spoken(piece, label="staff_label", why="staff_why")
    spoken.pop("called", None)
    return spoken


def _spoken(spec: Mapping[str, Any], **instead: str) -> dict[str, Any]:
    """``spec`` with each text replaced by the office's; a hint without one is for the citizen alone."""
    found = dict(spec)
    for key, office in instead.items():
        if office in spec:
            found[key] = spec[office]
        elif key in ("hint", "why"):
            found.pop(key, None)
    return found
