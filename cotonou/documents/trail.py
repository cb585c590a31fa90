"""The actions of this room, in words an auditor reads."""

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from cotonou.audit import actions, subjects
from cotonou.audit.actions import UNSAID, Detail
from cotonou.audit.formats import named, size
from cotonou.documents import kinds
from cotonou.documents.models import IssuedDocument, TemplateVersion, Upload

_purposes: dict[str, Any] = {}


def name_purposes(**labels: Any) -> None:
    """Say what the files of these purposes are, French, lazy. Raises ValueError for one already said."""
    if taken := _purposes.keys() & labels:
        raise ValueError(f"purposes {sorted(taken)} are already named")
    _purposes.update(labels)


def register() -> None:
    _documents()
    _files()
    subjects.register(IssuedDocument, label=_("document"), by_code=_by_serial)
    subjects.register(TemplateVersion, label=_("modèle"), wording=_kind_and_number)
    subjects.register(Upload, label=_("fichier"))


def _by_serial(typed: str):
    return IssuedDocument.objects.filter(serial=typed.strip().upper())


def kind_label(name: str) -> str:
    """What a document of that kind calls itself; its code when it is made no more."""
    try:
        return str(kinds.get(name).label)
    except KeyError:
        return name


def _start(sha256: str) -> str:
    """Enough to compare by eye."""
    return f"{sha256[:16]}…"


def _kind_and_number(label: str) -> str:
    kind, _space, number = label.rpartition(" ")
    return f"{kind_label(kind)} {number}" if kind else label


def _documents() -> None:
    add = partial(actions.register, group=_("Documents délivrés"))
    kind = Detail(_("document"), kind_label)
    add("documents.downloaded", _("Document téléchargé par un agent"))
    add("documents.issued", _("Document numéroté"), kind=kind, serial=_("numéro"))
    add("documents.printed", _("Document imprimé"), copy=_("exemplaire"))
    add(
        "documents.replaced",
        _("Document remplacé"),
        reason=_("motif"),
        by_document=Detail(_("remplacé par"), about="documents.issueddocument"),
    )
    add("documents.revoked", _("Document annulé"), reason=_("motif"))
    add("documents.sealed", _("Document scellé"), sha256=Detail(_("empreinte"), _start))
    add("documents.template_published", _("Modèle de document publié"), kind=kind, number=_("version"))


def _files() -> None:
    add = partial(actions.register, group=_("Pièces jointes"))
    add(
        "documents.upload_attached",
        _("Fichier joint à un dossier"),
        to=UNSAID,
        to_uuid=Detail(_("joint à"), kind_in="to"),
    )
    add("documents.upload_discarded", _("Fichier retiré avant l’envoi"))
    add("documents.upload_infected", _("Fichier supprimé par l’antivirus"))
    add("documents.upload_opened", _("Fichier ouvert par un agent"))
    add("documents.upload_purged", _("Fichier effacé à la fin de sa conservation"))
    add(
        "documents.upload_stored",
        _("Fichier reçu"),
        purpose=Detail(_("pièce"), named(_purposes)),
        size=Detail(_("taille"), size),
    )
