"""The go-live points that belong to no service: settings, keys, declarations, backups."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotonou.audit.models import PublishedHeads
from cotonou.catalogue import golive
from cotonou.catalogue.golive import Result
from cotonou.core.templatetags.portal import date_fr
from cotonou.documents.models import KeyProbe
from cotonou.payments import providers
from cotonou.payments.models import CashDesk
from cotonou.portal.models import OperationRecord
from cotonou.territory.dates import local_date, local_today

Kind = OperationRecord.Kind
OFFSITE_BACKUP_DAYS = 8
RESTORE_DRILL_DAYS = 90
HEADS_DAYS = 2
CERTIFICATE_DAYS = 60
# The worker tries the keys every ten minutes.
PROBE_AGE = timedelta(hours=1)


def demonstration() -> Result:
    if settings.DEMO:
        return Result(
            False,
            _("Le portail tourne avec les réglages de démonstration."),
            _("Demandez à l’exploitant du serveur d’installer le portail avec les réglages de production."),
        )
    if OperationRecord.objects.filter(kind=Kind.DEMONSTRATION).exists():
        return Result(
            False,
            _("Cette base contient des personnes et des actes inventés."),
            _("Demandez à l’exploitant du serveur une base vide, préparée par « manage.py init_city »."),
        )
    return Result(True, _("Aucune donnée de démonstration."))


def payment_operator() -> Result:
    names, real = settings.PAYMENT_PROVIDERS, providers.real()
    if "fake" in names:
        return Result(
            False,
            _("L’opérateur de paiement d’essai est actif : personne ne paierait vraiment."),
            _(
                "Demandez à l’exploitant du serveur de retirer « fake » du réglage PAYMENT_PROVIDERS ; "
                "encaissez au guichet ou par un opérateur réel."
            ),
        )
    if unknown := [name for name in names if name not in real]:
        return Result(
            False,
            _("Le portail ne sait pas parler à : %(names)s.") % {"names": ", ".join(unknown)},
            _known_operators(real),
        )
    if names:
        return Result(True, _("Opérateurs de paiement : %(names)s.") % {"names": ", ".join(names)})
    desks = CashDesk.objects.filter(closed_on=None).count()
    if desks == 0:
        return Result(
            False,
            _("Aucun opérateur de paiement n’est configuré et aucune caisse n’est ouverte."),
            _("Demandez au régisseur de créer une caisse (menu Caisse).") + " " + _known_operators(real),
        )
    return Result(True, _("Paiement au guichet seulement (caisses : %(count)d).") % {"count": desks})


def _known_operators(real: list[str]) -> str:
    if not real:
        return _(
            "Aucun opérateur réel n’est raccordé : le réglage PAYMENT_PROVIDERS reste vide, "
            "on encaisse au guichet."
        )
    return _("L’exploitant du serveur peut mettre dans PAYMENT_PROVIDERS : %(names)s.") % {
        "names": ", ".join(real)
    }


def signing_keys() -> Result:
    if settings.DOCUMENT_KEYS_PROVIDER == "file":
        return Result(
            False,
            _("Les clés du sceau sont dans un fichier, ce qui ne convient qu’au développement."),
            _(
                "Demandez à l’exploitant du serveur de les placer dans un module matériel "
                "(réglage DOCUMENT_KEYS_PROVIDER : « pkcs11 »)."
            ),
        )
    return _keys_work()


def _ask_about_the_clock() -> tuple[str, tuple[golive.Link, ...]]:
    """The remedy for what a job by the clock has not done, and where jobs that stopped are seen."""
    return (
        _("Demandez à l’exploitant du serveur si l’horloge (beat) et le traitement des documents tournent."),
        (golive.Link(_("Voir les travaux"), reverse("portal:jobs")),),
    )


def _keys_work() -> Result:
    """What the worker that reaches the keys wrote: this process cannot and must not use them."""
    found = KeyProbe.objects.filter(provider=settings.DOCUMENT_KEYS_PROVIDER).first()
    if found is None or found.tried_at < timezone.now() - PROBE_AGE:
        return Result(
            False,
            _("Les clés du sceau n’ont pas été essayées depuis une heure."),
            *_ask_about_the_clock(),
        )
    expires_at = found.expires_at
    if expires_at is None:
        return Result(
            False,
            _("Les clés du sceau n’ont pas signé l’essai (%(error)s).") % {"error": found.error},
            _("Vérifiez avec l’exploitant du serveur le module matériel, son code et ses certificats."),
        )
    if expires_at < timezone.now() + timedelta(days=CERTIFICATE_DAYS):
        return Result(
            False,
            _("Le certificat ou la clé du sceau expire le %(day)s, dans moins de %(days)d jours.")
            % {"day": date_fr(local_date(expires_at)), "days": CERTIFICATE_DAYS},
            _("Renouvelez-le auprès de l’autorité de certification."),
        )
    return Result(
        True,
        _("Les clés du sceau signent (%(name)s) ; elles expirent le %(day)s.")
        % {"name": settings.DOCUMENT_KEYS_PROVIDER, "day": date_fr(local_date(expires_at))},
    )


def declaration() -> Result:
    row = OperationRecord.objects.filter(kind=Kind.DATA_DECLARATION).first()
    if row is None:
        return Result(
            False,
            _("La déclaration des données personnelles à l’APDP n’est pas notée."),
            _("Déposez la déclaration (Code du numérique, art. 405), puis notez sa référence."),
            _note(),
        )
    return Result(
        True,
        _("Déclaration %(reference)s du %(day)s.")
        % {"reference": row.reference, "day": date_fr(row.happened_on)},
    )


def _note() -> tuple[golive.Link, ...]:
    return (golive.Link(_("Noter l’opération"), f"{reverse('portal:golive')}#noter"),)


def _recent(kind: str, days: int, never: str, late: str, remedy: str) -> Result:
    row = OperationRecord.objects.filter(kind=kind).first()
    if row is None:
        return Result(False, never, remedy, _note())
    if row.happened_on < local_today() - timedelta(days=days):
        said = {"day": date_fr(row.happened_on), "days": days}
        return Result(False, late % said, remedy, _note())
    return Result(
        True,
        _("Faite le %(day)s (%(reference)s).")
        % {"day": date_fr(row.happened_on), "reference": row.reference},
    )


def offsite_backup() -> Result:
    return _recent(
        Kind.OFFSITE_BACKUP,
        OFFSITE_BACKUP_DAYS,
        _("Aucune sauvegarde hors site n’est notée."),
        _("La dernière sauvegarde hors site date du %(day)s, il y a plus de %(days)d jours."),
        _(
            "Faites copier la sauvegarde (bin/backup) dans un autre lieu, au moins chaque semaine, "
            "puis notez-le."
        ),
    )


def restore_drill() -> Result:
    return _recent(
        Kind.RESTORE_DRILL,
        RESTORE_DRILL_DAYS,
        _("Aucun exercice de restauration n’est noté."),
        _("Le dernier exercice de restauration date du %(day)s, il y a plus de %(days)d jours."),
        _("Faites restaurer la sauvegarde sur une autre machine (bin/restore), puis notez-le."),
    )


def published_heads() -> Result:
    last = PublishedHeads.objects.order_by("pk").last()
    if last is None:
        never = _("Les empreintes des registres n’ont encore jamais été publiées.")
        return Result(False, never, *_ask_about_the_clock())
    day = {"day": date_fr(last.day)}
    if last.day < local_today() - timedelta(days=HEADS_DAYS):
        late = _("Les empreintes des registres n’ont plus été publiées depuis le %(day)s.") % day
        return Result(False, late, *_ask_about_the_clock())
    return Result(True, _("Publiées le %(day)s.") % day)


def register() -> None:
    golive.register("demonstration", label=gettext_lazy("Données réelles"), check=demonstration)
    golive.register("payment", label=gettext_lazy("Opérateur de paiement"), check=payment_operator)
    golive.register("keys", label=gettext_lazy("Clés du sceau"), check=signing_keys)
    golive.register("declaration", label=gettext_lazy("Déclaration à l’APDP"), check=declaration)
    golive.register("backup", label=gettext_lazy("Sauvegarde hors site"), check=offsite_backup)
    golive.register("drill", label=gettext_lazy("Exercice de restauration"), check=restore_drill)
    golive.register("heads", label=gettext_lazy("Empreintes des registres"), check=published_heads)
