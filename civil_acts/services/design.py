"""Making a procedure from nothing: its form, its documents, its offices; all on the one draft.

``procedures`` holds the rest of a version's life: figures, publication, rules.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

import civil_acts
from civil_acts import certificates
from civil_acts.models import Procedure, ProcedureVersion
from civil_acts.services import procedures
from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.catalogue import services as catalogue
from cotonou.catalogue.models import Service
from cotonou.core.errors import DomainError
from cotonou.documents import plain_templates
from cotonou.formbuilder import services as forms

APP = "civil_acts"
# Modes in which somebody of the City signs what the portal makes.
OURS = ("COMMUNE", "QUARTIER")
FIRST_VARIANT = "document"

# What every new form begins with: whom to answer, and which office treats it.
FIRST_FORM = Path(civil_acts.__file__).parent / "data" / "first_form.json"
OFFICE_RULE = {"quartier": "quartier"}
# The text a new document starts from: complete, and dull on purpose.
FIRST_SOURCE = """<p class="lead">Le soussigné certifie que :</p>
<table class="facts">
{% for line in said %}<tr><th>{{ line.label }}</th><td>{{ line.value }}</td></tr>
{% endfor %}</table>
<div class="signature">
  <p>En foi de quoi ce document est délivré</p>
  <p>Fait à Cotonou, {{ signed_on|date_letters }}</p>
  <p class="who">{{ officer.name }}</p>
  <p class="capacity">{{ officer.title|capfirst }}</p>
</div>
"""


@transaction.atomic
def begin(*, slug: str, by: Actor) -> ProcedureVersion:
    """The first draft of a service that has no procedure yet; the draft there is, is given back.

    Raises Service.DoesNotExist, DomainError for a service that another authority issues.
    """
    service = Service.objects.select_for_update().get(slug=slug)
    if service.authority_mode not in OURS:
        raise DomainError(
            _("Un autre service délivre ce document : la Mairie n’en publie que la page."), code="not_ours"
        )
    if service.owner not in ("", APP):
        raise DomainError(_("Cette démarche est tenue par un autre service du portail."), code="other_owner")
    procedure, created = Procedure.objects.get_or_create(service=service)
    if not created:
        return procedures.new_draft(slug=slug, by=by)
    catalogue.give_to(service=service, owner=APP, by=by)
    first = json.loads(FIRST_FORM.read_text(encoding="utf-8"))
    content = {"title": {"fr": service.title, "en": service.title_en or service.title}, **first}
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        number=1,
        form_version=forms.save_in_the_making(slug=slug, content=content, by=by),
        variants=[_variant(slug, FIRST_VARIANT, service.title, FIRST_SOURCE)],
        office_rule=OFFICE_RULE,
        legal_basis=service.legal_basis,
    )
    audit.record("civil_acts.procedure_drafted", subject=version, actor=by, number=1)
    return version


def _variant(slug: str, name: str, label: str, source: str) -> dict[str, Any]:
    return {
        "id": name,
        "label": label,
        "document_kind": certificates.kind_of(slug, name),
        "source": source,
    }


@transaction.atomic
def edit_form(
    *, slug: str, public_id: UUID, seen: str, content: dict[str, Any], by: Actor
) -> ProcedureVersion:
    """Keep a changed form on the draft. Raises BadDefinitionError, Conflict, DomainError.

    The question that names the office stays: without it nobody would treat the request.
    """
    version = procedures.locked_draft(slug, public_id, seen)
    _check_office(version, content)
    version.form_version = forms.save_in_the_making(slug=slug, content=content, by=by)
    version.save(update_fields=["form_version"])
    return version


def _check_office(version: ProcedureVersion, content: dict[str, Any]) -> None:
    ids = {field["id"] for page in content["pages"] for field in page["fields"]}
    if lost := [name for name in version.office_rule.values() if name not in ids]:
        raise DomainError(
            _("La question « %(name)s » dit quel bureau traite la demande : gardez-la.") % {"name": lost[0]},
            code="office_question",
        )


@transaction.atomic
def edit_model(
    *, slug: str, public_id: UUID, seen: str, variant: str, label: str, source: str, by: Actor
) -> ProcedureVersion:
    """The title and the text of one document of the draft.

    Raises DomainError (code "model") naming what the text may not use, Conflict, KeyError.
    """
    version = procedures.locked_draft(slug, public_id, seen)
    chosen = version.variant(variant)
    check_model(version, source)
    chosen |= {"label": label, "source": source}
    version.save(update_fields=["variants"])
    audit.record("civil_acts.model_edited", subject=version, actor=by, variant=variant)
    return version


def check_model(version: ProcedureVersion, source: str) -> None:
    """Raises DomainError (code "model"): a tag the sandbox does not know, or a name nobody declared."""
    try:
        unknown = certificates.undeclared(version.form_version.form, source)
    except plain_templates.TemplateRefusedError as error:
        raise DomainError(
            _("Ce texte ne peut pas être lu : %(reason)s.") % {"reason": error}, code="model"
        ) from error
    if unknown:
        raise DomainError(
            _("Ce texte nomme ce que le formulaire ne demande pas : %(names)s.")
            % {"names": ", ".join(unknown)},
            code="model",
        )
