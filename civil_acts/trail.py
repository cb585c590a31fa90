"""The actions of this service, in words an auditor reads."""

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from civil_acts.models import (
    ActRequest,
    Complement,
    EntitlementRule,
    ImportBatch,
    Mention,
    ProcedureVersion,
    RegisterAct,
    RelayBatch,
    SearchSlip,
    SlipState,
    Transcription,
)
from civil_acts.models.registers import ActKind
from civil_acts.registers import transcription
from civil_acts.services import issued
from civil_acts.states import STAFF_RELATIONS, RejectionReason, Relation
from cotonou.accounts.permissions import Permission
from cotonou.audit import actions, subjects
from cotonou.audit.actions import Detail
from cotonou.audit.formats import amount, choice, day, listed, yes_no
from cotonou.core import codes
from cotonou.documents.models import IssuedDocument
from cotonou.documents.trail import kind_label, name_purposes
from cotonou.formbuilder.definition import say

REASON = _("motif")
ACT = Detail(_("acte"), about="civil_acts.registeract")
OTHER_ACTS = Detail(_("actes semblables ouverts et écartés"), listed)
SLIP = Detail(_("fiche de recherche"), about="civil_acts.searchslip")
RULE = {
    "proofs": Detail(_("justificatifs"), listed),
    "source": _("source"),
    "starts_on": Detail(_("dès le"), day),
}


def register() -> None:
    _citizen()
    _treatment()
    _archive()
    _registers()
    _procedures()
    _subjects()
    _other_subjects()
    name_purposes(
        identity=_("pièce d’identité"),
        kinship=_("preuve du lien"),
        mandate=_("procuration"),
        npi_proof=_("preuve du NPI"),
        residence_sheet=_("fiche de résidence"),
        complement=_("pièce demandée"),
        act_page=_("page du registre"),
    )


# -- actions -------------------------------------------------------------------


def _citizen() -> None:
    add = partial(actions.register, group=_("Demandes d’actes : l’usager"))
    add(
        "civil_acts.confirmed",
        _("Demande confirmée par l’usager"),
        channel=Detail(_("déposée"), choice(ActRequest.Channel)),
        fee_xof=Detail(_("frais"), amount),
    )
    add(
        "civil_acts.submitted",
        _("Demande déposée, paiement reçu"),
        payment=Detail(_("paiement"), about="payments.payment"),
    )
    add("civil_acts.withdrawn", _("Demande annulée par l’usager"))
    add("civil_acts.expired", _("Demande abandonnée, non payée à temps"))
    add(
        "civil_acts.complement_answered",
        _("Réponse à une demande de pièce"),
        waited_working_days=_("jours ouvrés d’attente"),
    )
    add("civil_acts.downloaded", _("Document téléchargé par l’usager"))


def _treatment() -> None:
    add = partial(actions.register, group=_("Demandes d’actes : les agents"))
    office = partial(Detail, about="accounts.office", by="code")
    add("civil_acts.act_attached", _("Acte du registre choisi pour la demande"), act=ACT)
    add("civil_acts.claimed", _("Demande prise en charge"))
    add("civil_acts.released", _("Demande rendue"))
    add(
        "civil_acts.complement_asked",
        _("Pièce demandée à l’usager"),
        complement=Detail(_("message"), about="civil_acts.complement"),
    )
    add(
        "civil_acts.entitlement_checked",
        _("Droit d’obtenir le document vérifié"),
        rule=Detail(_("règle"), about="civil_acts.entitlementrule"),
    )
    add("civil_acts.entitlement_reset", _("Droit à vérifier de nouveau : un autre acte est choisi"), act=ACT)
    add("civil_acts.handed_over", _("Document remis au guichet"), reason=_("motif d’un exemplaire de plus"))
    add(
        "civil_acts.prepared",
        _("Document préparé pour la signature"),
        non_registration=Detail(_("certificat de non-inscription"), yes_no),
        dismissed=OTHER_ACTS,
    )
    add("civil_acts.ready", _("Document prêt, usager prévenu"), serial=_("numéro"))
    add(
        "civil_acts.rejected",
        _("Demande refusée"),
        reason=Detail(REASON, choice(RejectionReason)),
        text=_("explication"),
    )
    add("civil_acts.reopened", _("Refus repris"), reason=REASON)
    add("civil_acts.document_revoked", _("Document délivré annulé"), serial=_("numéro"), reason=REASON)
    add(
        "civil_acts.replacement_asked",
        _("Remplacement d’un document délivré demandé"),
        serial=_("numéro"),
        reason=REASON,
    )
    add("civil_acts.replacement_given_up", _("Remplacement d’un document abandonné"), serial=_("numéro"))
    add("civil_acts.sent_back", _("Document renvoyé à l’agent sans signature"), reason=REASON)
    add(
        "civil_acts.signed",
        _("Document signé"),
        document=Detail(_("document"), about="documents.issueddocument"),
    )
    add(
        "civil_acts.transferred",
        _("Demande confiée à un autre bureau"),
        before=office(_("ancien bureau")),
        after=office(_("nouveau bureau")),
        reason=REASON,
    )
    add("civil_acts.transmitted", _("Dossier transmis à l’UCIP"), batch=_("bordereau"))
    add(
        "civil_acts.relay_answered",
        _("Réponse de l’UCIP enregistrée"),
        reference=_("référence"),
        available=Detail(_("certificat disponible"), yes_no),
    )


def _archive() -> None:
    add = partial(actions.register, group=_("Archives et transcriptions"))
    state = Detail(_("réponse"), choice(SlipState))
    add("civil_acts.archive_asked", _("Recherche demandée aux archives"), slip=SLIP)
    add("civil_acts.archive_answered", _("Réponse des archives reçue"), reason=_("réponse"))
    add(
        "civil_acts.slip_opened",
        _("Fiche de recherche ouverte"),
        request=Detail(_("demande"), about="civil_acts.actrequest"),
    )
    add("civil_acts.slip_taken", _("Recherche prise par un archiviste"))
    add("civil_acts.slip_answered", _("Recherche terminée"), state=state, reason=_("précisions"))
    add("civil_acts.slip_reopened", _("Recherche rouverte"), reason=REASON)
    add("civil_acts.transcribed", _("Page du registre transcrite"), slip=SLIP)
    add("civil_acts.transcription_returned", _("Transcription renvoyée à son auteur"), reason=REASON)
    add(
        "civil_acts.transcription_verified",
        _("Transcription vérifiée, acte inscrit"),
        act=ACT,
        differences=Detail(_("lectures différentes"), _columns),
        dismissed=OTHER_ACTS,
    )


def _registers() -> None:
    add = partial(actions.register, group=_("Registres"))
    add("civil_acts.act_added", _("Acte ajouté"), source=Detail(_("origine"), choice(RegisterAct.Source)))
    add("civil_acts.act_cancelled", _("Acte annulé"), reason=REASON)
    add("civil_acts.act_corrected", _("Acte corrigé"), reason=REASON, fields=Detail(_("corrigé"), _columns))
    add(
        "civil_acts.mention_recorded",
        _("Mention portée en marge d’un acte"),
        kind=Detail(_("mention"), choice(Mention.Kind)),
        source=_("référence"),
    )
    add(
        "civil_acts.register_import_asked",
        _("Import d’un registre demandé"),
        kind=Detail(_("registre"), choice(ActKind)),
        office=Detail(_("bureau"), about="accounts.office", by="code"),
        digest=_("empreinte du fichier"),
    )
    add(
        "civil_acts.register_imported",
        _("Registre importé"),
        added=_("lignes ajoutées"),
        present=_("déjà présentes"),
        rejected=_("refusées"),
    )


def _procedures() -> None:
    add = partial(actions.register, group=_("Tarifs, délais et règles"))
    add("civil_acts.model_edited", _("Texte d’un document modifié"), variant=_("document"))
    add("civil_acts.procedure_drafted", _("Version d’une démarche préparée"), number=_("version"))
    add(
        "civil_acts.procedure_edited",
        _("Version en préparation modifiée"),
        after=Detail(_("après"), _version),
    )
    add(
        "civil_acts.procedure_published",
        _("Version d’une démarche publiée"),
        number=_("version"),
        in_force_from=Detail(_("dès le"), day),
        instead_of=Detail(_("à la place des versions"), listed),
    )
    add("civil_acts.rule_added", _("Règle « qui peut obtenir » ajoutée"), **RULE)
    add("civil_acts.rule_withdrawn", _("Règle retirée avant son premier jour"), **RULE)
    add("civil_acts.rule_ended", _("Fin d’une règle"), ends_on=Detail(_("dernier jour"), day))


def _columns(names: list[str]) -> str:
    """Columns of a register act, in the words of its form; what the portal computes itself is left out."""
    shown = {name: transcription.label(kind, name) for kind in ActKind for name in transcription.FIELDS[kind]}
    return ", ".join(shown[name] for name in names if name in shown)


def _version(after: dict[str, Any]) -> str:
    """What a version in preparation says: its amounts, its delay, what they rest on."""
    lines: list[tuple[str, Any]] = [
        (
            say(fee["label"]),
            amount(fee["amount_xof"]) if fee["amount_xof"] is not None else now_("à confirmer"),
        )
        for fee in after.get("fees", [])
    ]
    lines += [
        (now_("délai en jours ouvrés"), after.get("delay_working_days")),
        (now_("source du délai"), after.get("delay_source")),
        (now_("base légale"), after.get("legal_basis")),
        (now_("source"), after.get("source")),
    ]
    told = [now_("%(name)s : %(value)s") % {"name": name, "value": value or "–"} for name, value in lines]
    return " ; ".join(told)


# -- what they are about ---------------------------------------------------------


def _subjects() -> None:
    subjects.register(
        ActRequest,
        label=_("demande"),
        name=lambda row: codes.pretty(row.tracking_code),
        wording=codes.pretty,
        readable=lambda actor: _readable(
            ActRequest, actor, Permission.ACT_REQUEST_VIEW, Permission.RELAY_MANAGE
        ),
        page=lambda row: reverse("civil_acts:request", args=[row.public_id]),
        by_code=lambda typed: ActRequest.objects.filter(tracking_code=codes.normalise(typed) or "?"),
    )
    subjects.register(
        RegisterAct,
        label=_("acte"),
        readable=lambda actor: _readable(RegisterAct, actor, Permission.REGISTER_VIEW),
        page=lambda row: reverse("registers:act", args=[row.public_id]),
    )
    subjects.register(
        SearchSlip,
        label=_("fiche de recherche"),
        name=lambda row: codes.pretty(row.code),
        readable=lambda actor: _readable(
            SearchSlip, actor, Permission.ARCHIVE_SEARCH, Permission.ACT_REQUEST_PREPARE
        ),
        page=lambda row: reverse("registers:slip", args=[row.public_id]),
        by_code=lambda typed: SearchSlip.objects.filter(code=codes.normalise(typed) or "?"),
    )
    subjects.register(
        ImportBatch,
        label=_("import"),
        readable=lambda actor: _readable(ImportBatch, actor, Permission.REGISTER_IMPORT),
        page=lambda row: reverse("registers:import", args=[row.public_id]),
    )
    subjects.register(
        RelayBatch,
        label=_("bordereau"),
        readable=lambda actor: _readable(RelayBatch, actor, Permission.RELAY_MANAGE),
        page=lambda row: reverse("civil_acts:relay-batch", args=[row.public_id]),
    )
    subjects.register(
        ProcedureVersion,
        label=_("version"),
        rows=lambda: ProcedureVersion.objects.select_related("procedure__service"),
        readable=_readable_versions,
        page=lambda row: reverse("civil_acts:procedure", args=[row.procedure.service.slug]),
    )


def _other_subjects() -> None:
    subjects.shown_at(
        IssuedDocument,
        readable=issued.visible_to,
        page=lambda row: reverse("civil_acts:issued", args=[row.public_id]),
    )
    subjects.register(EntitlementRule, label=_("règle"), name=_rule, wording=_rule_words)
    subjects.register(Complement, label=_("demande de pièce"))
    subjects.register(
        Transcription, label=_("transcription"), rows=lambda: Transcription.objects.select_related("slip")
    )


def _readable(model, actor, *permissions: Permission):
    allowed = any(actor.has(permission) for permission in permissions)
    return model.objects.visible_to(actor) if allowed else model.objects.none()


def _readable_versions(actor):
    versions = ProcedureVersion.objects.select_related("procedure__service")
    allowed = actor.has(Permission.CATALOGUE_MANAGE) or actor.has(Permission.GO_LIVE_VIEW)
    return versions if allowed else versions.none()


def _rule(row: EntitlementRule) -> str:
    return f"{kind_label(row.document_kind)}, {STAFF_RELATIONS[Relation(row.relation)]}"


def _rule_words(label: str) -> str:
    """ "civil_acts.birth_copy HOLDER", as the trail keeps it."""
    kind, _space, relation = label.partition(" ")
    return f"{kind_label(kind)}, {STAFF_RELATIONS[Relation(relation)]}" if relation in Relation else label
