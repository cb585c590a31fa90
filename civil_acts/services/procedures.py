"""Completing and publishing how the City treats a service: versions, rules, document models."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civil_acts import certificates, fees, snapshots
from civil_acts.models import EntitlementRule, Procedure, ProcedureVersion
from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.core.errors import Conflict, DomainError
from cotonou.core.templatetags.portal import date_fr
from cotonou.documents import services as documents
from cotonou.documents.models import DocumentTemplate, TemplateVersion
from cotonou.formbuilder import services as forms
from cotonou.formbuilder.definition import say
from cotonou.formbuilder.services.publishing import digest_of
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


def fingerprint(version: ProcedureVersion) -> str:
    """What a page shows it was made from; another one as soon as anybody saves the version."""
    seen = {name: getattr(version, name) for name in (*EDITABLE, "variants", "office_rule")}
    return digest_of(seen | {"form": version.form_version.digest})


def locked_draft(slug: str, public_id: UUID, seen: str) -> ProcedureVersion:
    """The draft under lock, as the person saw it. Raises Conflict, ProcedureVersion.DoesNotExist."""
    version = _locked(slug).versions.select_related("form_version").get(public_id=public_id)
    _check_draft(version)
    _check_seen(version, seen)
    return version


def _check_seen(version: ProcedureVersion, seen: str) -> None:
    if seen != fingerprint(version):
        raise Conflict(
            _("Une autre personne a modifié cette version entre-temps. Relisez-la avant de continuer."),
            code="changed",
        )


def _check_draft(version: ProcedureVersion) -> None:
    if version.published_at:
        raise Conflict(
            _("Cette version est publiée : elle ne change plus. Préparez une nouvelle version."),
            code="published",
        )


@transaction.atomic
def edit_draft(*, slug: str, public_id: UUID, seen: str, by: Actor, **changes: Any) -> ProcedureVersion:
    """Write what is known so far; nothing needs to be complete before publication.

    seen: the ``fingerprint`` of what the person was shown. changes: any of ``EDITABLE``.
    Raises Conflict once published or saved by somebody else, DomainError for
    fees that nobody could book.
    """
    version = locked_draft(slug, public_id, seen)
    for name in EDITABLE:
        if name in changes:
            setattr(version, name, changes[name])
    fees.check(version.fees)
    version.save(update_fields=EDITABLE)
    after = {name: getattr(version, name) for name in EDITABLE}
    audit.record("civil_acts.procedure_edited", subject=version, actor=by, after=after)
    return version


@dataclass(frozen=True)
class Missing:
    """A cell « à confirmer par la Mairie »: a key of EDITABLE, or of the fee line ``fee``."""

    cell: str
    sentence: str
    fee: str = ""


def missing(version: ProcedureVersion) -> list[Missing]:
    """What keeps a version from being published, cell by cell, in the order of the form."""
    found = []
    for fee in version.fees:
        label = {"label": say(fee["label"])}
        if fee["amount_xof"] is None:
            sentence = _("Saisissez le montant de « %(label)s ».") % label
            found.append(Missing("amount_xof", sentence, fee["id"]))
        if not fee.get("source"):
            sentence = _("Indiquez la source du montant de « %(label)s ».") % label
            found.append(Missing("source", sentence, fee["id"]))
    for cell, sentence in (
        ("delay_working_days", _("Saisissez le délai en jours ouvrés.")),
        ("delay_source", _("Indiquez la source du délai.")),
        ("legal_basis", _("Indiquez la base légale.")),
        ("source", _("Indiquez la source de la procédure.")),
    ):
        if getattr(version, cell) in (None, ""):
            found.append(Missing(cell, sentence))
    return found + _of_documents(version)


def _of_documents(version: ProcedureVersion) -> list[Missing]:
    """Documents made from answers that nobody may obtain yet, or whose text no longer fits the form."""
    kinds = {
        variant["document_kind"]: variant
        for variant in version.variants
        if certificates.is_certificate(variant["document_kind"])
    }
    if not kinds:
        return []
    ruled = EntitlementRule.objects.filter(document_kind__in=kinds).exclude(ends_on__lt=local_today())
    known = set(ruled.values_list("document_kind", flat=True))
    found = []
    for kind, variant in kinds.items():
        label = {"label": say(variant["label"])}
        if kind not in known:
            found.append(Missing("rule", _("Dites qui peut obtenir « %(label)s ».") % label))
        if unknown := certificates.undeclared(version.form_version.form, variant["source"]):
            sentence = _("Le texte de « %(label)s » nomme ce que le formulaire ne demande pas : %(names)s.")
            found.append(Missing("model", sentence % (label | {"names": ", ".join(unknown)})))
    return found


class Incomplete(DomainError):
    code = "incomplete"

    def __init__(self, cells: list[Missing]):
        super().__init__(" ".join(cell.sentence for cell in cells))
        self.cells = cells


@transaction.atomic
def publish(
    *, slug: str, public_id: UUID, seen: str, starts_on: datetime.date, by: Actor
) -> ProcedureVersion:
    """The draft applies from ``starts_on`` (today or later), its form with it, and never changes again.

    seen: the ``fingerprint`` of what the person was shown. A second click on the
    same day is told the same; of two people at the same moment, one publishes
    and the other is told. A version that was to begin then or later never
    applies. Raises Incomplete, DomainError, Conflict.
    """
    procedure = _locked(slug)
    version = procedure.versions.select_related("form_version__definition").get(public_id=public_id)
    if version.published_at and version.in_force_from == starts_on:
        return version
    _check_draft(version)
    _check_seen(version, seen)
    _check_start(starts_on)
    if cells := missing(version):
        raise Incomplete(cells)
    fees.check(version.fees)
    overtaken = procedure.versions.coming(max(local_today(), starts_on - datetime.timedelta(days=1)))
    numbers = list(overtaken.values_list("number", flat=True))
    form = version.form_version
    if form.published_at is None:
        form = forms.publish(slug=form.definition.slug, content=form.content, by=by)
    version.form_version, version.demonstration = form, False
    _publish_models(version, starts_on=starts_on, by=by)
    version.in_force_from, version.published_at = starts_on, timezone.now()
    version.save()
    audit.record(
        "civil_acts.procedure_published",
        subject=version,
        actor=by,
        number=version.number,
        in_force_from=starts_on.isoformat(),
        **({"instead_of": numbers} if numbers else {}),
    )
    return version


def _publish_models(version: ProcedureVersion, *, starts_on: datetime.date, by: Actor) -> None:
    """The texts of the draft become the models that this version's requests stay on."""
    for variant in version.variants:
        if certificates.is_certificate(variant["document_kind"]):
            model = documents.publish_template(
                kind=variant["document_kind"],
                source=variant["source"],
                variables=certificates.variables(version.form_version.form),
                legal_reference=version.legal_basis,
                starts_on=starts_on,
                by=by,
            )
            variant["template"] = str(model.public_id)


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
    with _no_overlap():
        rule = EntitlementRule.objects.create(
            document_kind=document_kind,
            relation=relation,
            proofs=proofs,
            source=source,
            starts_on=starts_on,
        )
    audit.record("civil_acts.rule_added", subject=rule, actor=by, **_told(rule))
    return rule


@contextmanager
def _no_overlap() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "entitlement_rule_no_overlap" not in str(error):
            raise
        raise Conflict(
            _("Une autre règle vaut déjà à ces dates pour ce document et cette personne. Remplacez-la."),
            code="overlap",
        ) from error


@transaction.atomic
def end_rule(*, public_id: UUID, ends_on: datetime.date, by: Actor) -> EntitlementRule:
    """The rule's last day, which may still change until it is over; not before today nor before its first.

    Raises DomainError, Conflict when another rule holds at the same time.
    """
    rule = _going_on(public_id)
    _check_start(ends_on)
    if ends_on < rule.starts_on:
        raise DomainError(
            _("Cette règle commence le %(day)s : choisissez ce jour ou un jour suivant.")
            % {"day": date_fr(rule.starts_on)},
            code="before_start",
        )
    with _no_overlap():
        _end(rule, ends_on, by)
    return rule


@transaction.atomic
def replace_rule(
    *, public_id: UUID, proofs: list[str], source: str, starts_on: datetime.date, by: Actor
) -> EntitlementRule:
    """A new rule from a day, the old one until the day before.

    An old rule that has not begun by then never applies: it goes, and the trail
    keeps it. Raises as ``add_rule``, and Conflict when somebody was faster.
    """
    rule = _going_on(public_id)
    _check_start(starts_on)
    if rule.starts_on >= starts_on:
        audit.record("civil_acts.rule_withdrawn", subject=rule, actor=by, **_told(rule))
        rule.delete()
    elif rule.ends_on is None or rule.ends_on >= starts_on:
        _end(rule, starts_on - datetime.timedelta(days=1), by)
    return add_rule(
        document_kind=rule.document_kind,
        relation=rule.relation,
        proofs=proofs,
        source=source,
        starts_on=starts_on,
        by=by,
    )


def _going_on(public_id: UUID) -> EntitlementRule:
    rule = EntitlementRule.objects.select_for_update().filter(public_id=public_id).first()
    if rule is None or (rule.ends_on and rule.ends_on < local_today()):
        raise Conflict(
            _("Cette règle vient d’être remplacée ou a pris fin. Revenez à la procédure."), code="ended"
        )
    return rule


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


def latest_template(kind: str) -> TemplateVersion | None:
    """The last wording published for this kind, in force or to come."""
    published = TemplateVersion.objects.filter(template__kind=kind).exclude(published_at=None)
    return published.select_related("template").order_by("-number").first()


def _lock_template(kind: str) -> None:
    DocumentTemplate.objects.select_for_update().filter(kind=kind).first()


@transaction.atomic
def confirm_template(
    *, kind: str, legal_reference: str, starts_on: datetime.date, by: Actor
) -> TemplateVersion:
    """The latest wording of a document, published again with the reference it was checked against.

    The same reference from the same day is the version there is; from an
    earlier day, a new version. Raises DomainError where nothing would change.
    """
    _check_start(starts_on)
    _lock_template(kind)
    model = latest_template(kind)
    if model is None:
        raise DomainError(_("Ce document n’a pas encore de modèle."), code="no_template")
    same = model.legal_reference == legal_reference
    if same and model.starts_on == starts_on:
        return model
    if same and model.starts_on < starts_on:
        raise DomainError(
            _("Le modèle porte déjà cette référence à partir du %(day)s : il n’y a rien à confirmer.")
            % {"day": date_fr(model.starts_on)},
            code="same_reference",
        )
    return documents.publish_template(
        kind=kind,
        source=model.source,
        variables=model.variables,
        legal_reference=legal_reference,
        layout="slip" if kind == snapshots.TRANSMISSION_SLIP else "certificate",
        starts_on=starts_on,
        by=by,
        again=True,
    )
