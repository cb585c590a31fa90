from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "cotonou.audit"
    label = "audit"

    def ready(self):
        from cotonou.audit import chains, publishing, sealing, verifying
        from cotonou.jobs import topics

        topics.register(
            "audit.seal_chains", sealing.seal_all_job, label=_("Sceller les registres"), queue="bulk"
        )
        topics.register(
            "audit.publish_heads",
            publishing.publish_job,
            label=_("Publier les empreintes des registres"),
            queue="documents",  # that of the workers that reach the keys
        )
        topics.register(
            verifying.TOPIC,
            verifying.verify_job,
            label=_("Vérifier que rien n’a été modifié dans les registres"),
            queue="bulk",
        )
        columns = "id public_id at action actor_uuid actor_label office_uuid"
        columns += " subject_kind subject_uuid subject_label data"
        chains.register("audit", table="audit_event", columns=tuple(columns.split()))
