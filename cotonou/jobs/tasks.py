from celery import shared_task

from cotonou.jobs import runner, services


@shared_task(name="jobs.run", ignore_result=True)
def run(job_id: int) -> None:
    runner.run_job(job_id)


@shared_task(name="jobs.sweep", ignore_result=True)
def sweep() -> None:
    services.sweep()


@shared_task(name="jobs.periodic", ignore_result=True)
def periodic(topic: str) -> None:
    """Enqueue a registered topic once per minute slot; beat may fire twice, the key forgives it."""
    from django.utils import timezone

    slot = timezone.now().strftime("%Y%m%d%H%M")
    services.enqueue(topic, key=f"periodic:{topic}:{slot}")
