from cotonou.accounts.actors import SYSTEM
from cotonou.formbuilder import services
from cotonou.jobs.models import Job


def expire_drafts(job: Job) -> None:
    """Runs every hour; each draft is a transaction of its own, so a second run finds less to do."""
    services.expire_drafts(by=SYSTEM)
