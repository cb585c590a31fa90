"""What this service tells the rooms below at startup."""

from django.utils.translation import gettext_lazy as _

from civil_acts import certificates, home, pieces, public, snapshots, staff_home, trail
from civil_acts.services import archive, archive_answers, delivery, intake, registers
from cotonou.accounts.permissions import Permission as Can
from cotonou.catalogue import cards, golive, navigation, registry, tracking
from cotonou.documents import kinds, uploads
from cotonou.formbuilder import journeys
from cotonou.jobs import topics

APP = "civil_acts"


def register_all() -> None:
    _topics()
    trail.register()
    _document_kinds()
    uploads.register_access(pieces.SUBJECT, pieces.may_read)
    uploads.register_access(archive.SUBJECT, archive.may_read_photo)
    journeys.register(APP, public.journey_url)
    journeys.register("civil_acts.counter", public.counter_url)
    registry.register(APP, facts=public.facts, start_url=public.start_url)
    tracking.register(APP, public.find)
    cards.register_citizen(APP, home.citizen_cards)
    cards.register_staff(APP, staff_home.staff_cards)
    golive.register(
        "procedures", label=_("Tarifs, délais et sources des démarches"), check=home.sources_check
    )
    _navigation()


def _topics() -> None:
    topics.register(
        "civil_acts.fee_settled",
        intake.submit_after_payment,
        label=_("Déposer la demande qui vient d’être payée"),
        about=("payments.payment", "payment"),
    )
    topics.register(
        "civil_acts.sealed",
        delivery.announce_ready,
        label=_("Annoncer à l’usager que son document est prêt"),
        about=("documents.issueddocument", "document"),
    )
    topics.register(
        "civil_acts.archive_answered",
        archive_answers.apply_answer,
        label=_("Porter la réponse des archives à la demande"),
        about=("civil_acts.searchslip", "slip"),
    )
    topics.register(
        registers.IMPORT_TOPIC,
        registers.run_import,
        label=_("Importer un registre"),
        about=("civil_acts.importbatch", "batch"),
        queue="bulk",
    )
    topics.register(
        "civil_acts.expire_unpaid",
        intake.expire_unpaid,
        label=_("Abandonner les demandes non payées à temps"),
        queue="bulk",
    )


def _document_kinds() -> None:
    for name, code, label in (
        (snapshots.BIRTH_COPY, "NC", _("Copie intégrale d’acte de naissance")),
        (snapshots.BIRTH_EXTRACT, "NE", _("Extrait d’acte de naissance")),
        (snapshots.NON_REGISTRATION, "NI", _("Certificat de non-inscription")),
    ):
        kinds.register(
            name,
            code=code,
            label=label,
            initials=snapshots.initials,
            public_fields=snapshots.public_fields,
            sealed_topic="civil_acts.sealed",
        )
    kinds.register(
        certificates.KIND,
        code="AT",
        label=_("Certificat ou attestation de la Mairie"),
        initials=certificates.initials,
        own_title=certificates.title,
        sealed_topic="civil_acts.sealed",
    )
    kinds.register(
        snapshots.TRANSMISSION_SLIP,
        code="BT",
        label=_("Bordereau de transmission"),
        initials=lambda snapshot: "UCIP",
        series="T",
        may_download=pieces.may_read_slip,
    )


def _navigation() -> None:
    for url_name, label, permissions, order in (
        ("civil_acts:queue", _("Demandes"), (Can.ACT_REQUEST_VIEW, Can.RELAY_MANAGE), 10),
        ("civil_acts:to-sign", _("À signer"), (Can.ACT_REQUEST_SIGN,), 20),
        ("civil_acts:documents", _("Documents"), (Can.DOCUMENT_REVOKE,), 25),
        ("civil_acts:counter", _("Guichet"), (Can.COUNTER_ENTRY,), 30),
        ("civil_acts:relay", _("UCIP"), (Can.RELAY_MANAGE,), 40),
        ("registers:index", _("Registres"), (Can.REGISTER_VIEW,), 50),
        ("registers:slips", _("Archives"), (Can.ARCHIVE_SEARCH, Can.ACT_REQUEST_PREPARE), 60),
        ("registers:transcriptions", _("Transcriptions"), (Can.REGISTER_TRANSCRIBE,), 70),
    ):
        navigation.register(url_name, label=label, permissions=permissions, order=order)
