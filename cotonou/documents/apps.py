from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "cotonou.documents"
    label = "documents"

    def ready(self):
        from cotonou.audit import chains, publishing
        from cotonou.audit import checks as audit_checks
        from cotonou.documents import checks, integrity, notary, tasks, trail
        from cotonou.documents.keys import probe
        from cotonou.jobs import topics

        trail.register()
        topics.register(
            "documents.seal",
            tasks.seal_document,
            label=_("Fabriquer et sceller un document"),
            about=("documents.issueddocument", "document"),
            queue="documents",
        )
        topics.register(
            "documents.probe_keys", probe.probe_job, label=_("Essayer les clés du sceau"), queue="documents"
        )
        topics.register(
            "documents.housekeeping",
            tasks.housekeeping,
            label=_("Ranger les fichiers : antivirus, fin de conservation"),
            queue="bulk",
        )
        chains.register("documents", table="documents_issueddocument", columns=integrity.DOCUMENT_COLUMNS)
        chains.register(
            "document_history", table="documents_documenthistory", columns=integrity.HISTORY_COLUMNS
        )
        audit_checks.register("documents.files", integrity.altered_files, slow=True)
        audit_checks.register("documents.serials", integrity.serial_gaps)
        publishing.register_notary(notary)
        checks.register_all()
