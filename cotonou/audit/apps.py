from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "cotonou.audit"
    label = "audit"

    def ready(self):
        from cotonou.audit import chains, publishing, sealing
        from cotonou.jobs import topics

        topics.register("audit.seal_chains", sealing.seal_all_job, queue="bulk")
        # The queue of the workers that reach the keys.
        topics.register("audit.publish_heads", publishing.publish_job, queue="documents")
        columns = "id public_id at action actor_uuid actor_label office_uuid"
        columns += " subject_kind subject_uuid subject_label data"
        chains.register("audit", table="audit_event", columns=tuple(columns.split()))
