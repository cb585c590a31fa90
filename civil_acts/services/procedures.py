"""Completing and publishing how the City treats a service: versions, rules, document models."""

import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civil_acts import snapshots
from civil_acts.models import EntitlementRule, Procedure, ProcedureVersion
from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.core.errors import Conflict, DomainError
from cotonou.documents import services as documents
from cotonou.documents.models import TemplateVersion
from cotonou.formbuilder import services as forms
from cotonou.formbuilder.definition import say
from cotonou.territory.dates import local_today

COPIED = ("form_version", "variants", "fees", "delay_working_days", "delay_source", "office_rule")
EDITABLE = ("fees", "delay_working_days", "delay_source", "legal_basis", "source")


def draft_of(procedure: Procedure) -> ProcedureVersion | None:
    """The one version that is not published yet."""
    return procedure.versions.filter(published_at=None).order_by("-number").first()


def kinds_of(procedure: Procedure) -> list[str]:
    """Document kinds whose rules and models belong to this procedure."""
    version = procedure.versions.order_by("-number").first()
    kinds = [variant["document_kind"] for variant in version.variants] if version else []
    if snapshots.BIRTH_COPY in kinds:
        kinds.append(snapshots.NON_REGISTRATION)
    if snapshots.RESIDENCE in kinds:
        kinds.append(snapshots.TRANSMISSION_SLIP)
    return kinds


def _locked(slug: str) -> Procedure:
    return Procedure.objects.select_for_update(of=("self",)).get(service__slug=slug)


@transaction.atomic
def new_draft(*, slug: str, by: Actor) -> ProcedureVersion:
    """A copy of the latest version, to be changed; the draft there already is one, is given back.

    Raises Procedure.DoesNotExist.
    """
    procedure = _locked(slug)
    if draft := draft_of(procedure):
        return draft
    latest = procedure.versions.order_by("-number").first()
    if latest is None:
        raise DomainError(_("Cette démarche n’a encore aucune procédure préparée."), code="no_version")
    fields = {name: getattr(latest, name) for name in (*COPIED, "legal_basis", "source")}
    draft = ProcedureVersion.objects.create(procedure=procedure, number=latest.number + 1, **fields)
    audit.record("civil_acts.procedure_drafted", subject=draft, actor=by, number=draft.number)
    return draft


def _draft(slug: str, public_id: UUID) -> ProcedureVersion:
    version = _locked(slug).versions.get(public_id=public_id)
    if version.published_at:
        raise Conflict(
            _("Cette version est publiée : elle ne change plus. Préparez une nouvelle version."),
            code="published",
        )
    return version


@transaction.atomic
def edit_draft(*, slug: str, public_id: UUID, by: Actor, **changes: Any) -> ProcedureVersion:
    """Write what is known so far; nothing needs to be complete before publication.

    changes: any of ``EDITABLE``. Raises Conflict once published, DomainError
    when the shares of a fee do not add up to it.
    """
    version = _draft(slug, public_id)
    for name in EDITABLE:
        if name in changes:
            setattr(version, name, changes[name])
    for fee in version.fees:
        shares = [part["amount_xof"] for part in fee.get("allocations", [])]
        if shares and fee["amount_xof"] is not None and sum(shares) != fee["amount_xof"]:
            raise DomainError(
                _("Les parts de « %(label)s » ne font pas son montant.") % {"label": say(fee["label"])},
                code="shares",
            )
    version.save(update_fields=EDITABLE)
    after = {name: getattr(version, name) for name in EDITABLE}
    audit.record("civil_acts.procedure_edited", subject=version, actor=by, after=after)
    return version


def missing(version: ProcedureVersion) -> list[str]:
    """What keeps a version from being published, one sentence per cell."""
    found = []
    for fee in version.fees:
        label = {"label": say(fee["label"])}
        if fee["amount_xof"] is None:
            found.append(_("Saisissez le montant de « %(label)s ».") % label)
        if not fee.get("source"):
            found.append(_("Indiquez la source du montant de « %(label)s ».") % label)
    for value, sentence in (
        (version.delay_working_days is not None, _("Saisissez le délai en jours ouvrés.")),
        (version.delay_source, _("Indiquez la source du délai.")),
        (version.legal_basis, _("Indiquez la base légale.")),
        (version.source, _("Indiquez la source de la procédure.")),
    ):
        if not value:
            found.append(sentence)
    return found


class Incomplete(DomainError):
    code = "incomplete"

    def __init__(self, sentences: list[str]):
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@transaction.atomic
def publish(*, slug: str, public_id: UUID, starts_on: datetime.date, by: Actor) -> ProcedureVersion:
    """The draft applies from ``starts_on`` (today or later), its form with it, and never changes again.

    A second click on the same day is told the same. Raises Incomplete, DomainError, Conflict.
    """
    procedure = _locked(slug)
    version = procedure.versions.select_related("form_version__definition").get(public_id=public_id)
    if version.published_at and version.in_force_from == starts_on:
        return version
    version = version if not version.published_at else _draft(slug, public_id)
    _check_start(starts_on)
    if sentences := missing(version):
        raise Incomplete(sentences)
    if procedure.versions.filter(in_force_from__gt=starts_on).exists():
        raise DomainError(
            _("Une version publiée commence après ce jour. Choisissez le même jour ou un jour suivant."),
            code="before_another",
        )
    form = version.form_version
    if form.published_at is None:
        form = forms.publish(slug=form.definition.slug, content=form.content, by=by)
    version.form_version, version.demonstration = form, False
    version.in_force_from, version.published_at = starts_on, timezone.now()
    version.save()
    audit.record(
        "civil_acts.procedure_published",
        subject=version,
        actor=by,
        number=version.number,
        in_force_from=starts_on.isoformat(),
    )
    return version


def _check_start(day: datetime.date) -> None:
    if day < local_today():
        raise DomainError(_("Choisissez aujourd’hui ou un jour à venir."), code="past")


# -- who may obtain what -------------------------------------------------------


@transaction.atomic
def add_rule(
    *,
    document_kind: str,
    relation: str,
    proofs: list[str],
    source: str,
    starts_on: datetime.date,
    by: Actor,
) -> EntitlementRule:
    """Raises DomainError for a past day, Conflict when another rule holds at the same time."""
    _check_start(starts_on)
    try:
        with transaction.atomic():
            rule = EntitlementRule.objects.create(
                document_kind=document_kind,
                relation=relation,
                proofs=proofs,
                source=source,
                starts_on=starts_on,
            )
    except IntegrityError as error:
        if "entitlement_rule_no_overlap" not in str(error):
            raise
        raise Conflict(
            _("Une règle existe déjà à ces dates pour ce document et cette personne. Remplacez-la."),
            code="overlap",
        ) from error
    audit.record("civil_acts.rule_added", subject=rule, actor=by, **_told(rule))
    return rule


@transaction.atomic
def end_rule(*, public_id: UUID, ends_on: datetime.date, by: Actor) -> EntitlementRule:
    """The rule's last day; not before today nor before its first."""
    rule = EntitlementRule.objects.select_for_update().get(public_id=public_id)
    _check_not_ended(rule)
    _check_start(ends_on)
    if ends_on < rule.starts_on:
        raise DomainError(_("Cette règle commence après ce jour."), code="before_start")
    _end(rule, ends_on, by)
    return rule


@transaction.atomic
def replace_rule(
    *, public_id: UUID, proofs: list[str], source: str, starts_on: datetime.date, by: Actor
) -> EntitlementRule:
    """A new rule from a day, the old one until the day before.

    An old rule that has not begun by then never applies: it goes, and the trail keeps it.
    """
    rule = EntitlementRule.objects.select_for_update().get(public_id=public_id)
    _check_not_ended(rule)
    _check_start(starts_on)
    if rule.starts_on >= starts_on:
        audit.record("civil_acts.rule_withdrawn", subject=rule, actor=by, **_told(rule))
        rule.delete()
    else:
        _end(rule, starts_on - datetime.timedelta(days=1), by)
    return add_rule(
        document_kind=rule.document_kind,
        relation=rule.relation,
        proofs=proofs,
        source=source,
        starts_on=starts_on,
        by=by,
    )


def _check_not_ended(rule: EntitlementRule) -> None:
    if rule.ends_on is not None:
        raise Conflict(_("Cette règle a déjà une fin. Rechargez la page."), code="ended")


def _end(rule: EntitlementRule, day: datetime.date, by: Actor) -> None:
    rule.ends_on = day
    rule.save(update_fields=["ends_on"])
    audit.record("civil_acts.rule_ended", subject=rule, actor=by, ends_on=day.isoformat())


def _told(rule: EntitlementRule) -> dict[str, Any]:
    return {
        "proofs": rule.proofs,
        "source": rule.source,
        "starts_on": rule.starts_on.isoformat(),
    }


# -- document models -----------------------------------------------------------


@transaction.atomic
def confirm_template(
    *, kind: str, legal_reference: str, starts_on: datetime.date, by: Actor
) -> TemplateVersion:
    """The latest wording of a document, published again with the reference it was checked against."""
    _check_start(starts_on)
    latest = TemplateVersion.objects.filter(template__kind=kind).exclude(published_at=None)
    model = latest.order_by("-number").first()
    if model is None:
        raise DomainError(_("Ce document n’a pas encore de modèle."), code="no_template")
    return documents.publish_template(
        kind=kind,
        source=model.source,
        variables=model.variables,
        legal_reference=legal_reference,
        layout="slip" if kind == snapshots.TRANSMISSION_SLIP else "certificate",
        starts_on=starts_on,
        by=by,
    )
