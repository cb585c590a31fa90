from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "cotonou.documents"
    label = "documents"

    def ready(self):
        from cotonou.audit import chains, publishing
        from cotonou.audit import checks as audit_checks
        from cotonou.documents import checks, integrity, notary, tasks
        from cotonou.documents.keys import probe
        from cotonou.jobs import topics

        topics.register("documents.seal", tasks.seal_document, queue="documents")
        topics.register("documents.probe_keys", probe.probe_job, queue="documents")
        topics.register("documents.housekeeping", tasks.housekeeping, queue="bulk")
        chains.register("documents", table="documents_issueddocument", columns=integrity.DOCUMENT_COLUMNS)
        chains.register(
            "document_history", table="documents_documenthistory", columns=integrity.HISTORY_COLUMNS
        )
        audit_checks.register("documents.files", integrity.altered_files)
        audit_checks.register("documents.serials", integrity.serial_gaps)
        publishing.register_notary(notary)
        checks.register_all()
