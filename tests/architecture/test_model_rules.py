"""What every table, every address and every process keeps to."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.test.utils import isolate_apps
from django.urls import get_resolver

from cotonou.audit import chains
from tests.architecture.matrix import OTHERS
from tests.architecture.test_permission_matrix import routes

OURS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if model.__module__.split(".")[0] in {"cotonou", "civil_acts", "quarters", "revenue", "startups"}
]
MONEY = re.compile(r"(^|_)(amount|price|fee|cost|debit|credit|balance|paid|due_amount)s?($|_)")
# Degrees of latitude and longitude.
FRACTIONS = {"territory.Arrondissement"}
# Parts that mean nothing without their whole: chunks of a job, a guard, a file of a draft, a bookmark.
GO_TOGETHER = {
    "jobs.Job.parent",
    "accounts.SecondFactorGuard.user",
    "formbuilder.DraftUpload.draft",
    "civil_acts.SavedView.user",
}
# Numbers in addresses: a page, a version that everybody sees, a bookmark of the person asking.
NUMBERED = {
    "agents/fichiers/<uuid:public_id>/apercu/<int:page>/",
    "agents/demarches/<slug:slug>/version/<int:number>/publier/",
    "agents/demandes/vues/<int:pk>/supprimer/",
}


with isolate_apps("cotonou.core"):

    class Wrong(models.Model):
        """Breaks every rule of tables, to see that each is noticed."""

        fee = models.IntegerField()
        total_xof = models.IntegerField()
        rate = models.DecimalField(max_digits=5, decimal_places=2)
        public_id = models.CharField(max_length=36)
        parent = models.ForeignKey("self", models.CASCADE)

        class Meta:
            app_label = "core"


def money_is_whole(model) -> list[str]:
    """64-bit integers, named *_xof."""
    wrong = []
    for field in model._meta.concrete_fields:
        called = f"{model._meta.label}.{field.name}"
        if isinstance(field, models.FloatField | models.DecimalField) and model._meta.label not in FRACTIONS:
            wrong.append(f"{called}: not a whole number")
        if field.name.endswith("_xof") and not isinstance(field, models.BigIntegerField):
            wrong.append(f"{called}: 64 bits")
        counted = isinstance(field, models.IntegerField) and not field.name.endswith("_xof")
        if counted and MONEY.search(field.name):
            wrong.append(f"{called}: is it money? *_xof")
    return wrong


def rows_are_known_by_uuid(model) -> list[str]:
    field = next((f for f in model._meta.concrete_fields if f.name == "public_id"), None)
    history = field is not None and hasattr(model, "pgh_obj")
    if field is None or history or (isinstance(field, models.UUIDField) and field.unique):
        return []
    return [f"{model._meta.label}.public_id"]


def nothing_disappears_with_another_row(model) -> list[str]:
    return [
        f"{model._meta.label}.{field.name}"
        for field in model._meta.concrete_fields
        if not model._meta.auto_created
        and getattr(field.remote_field, "on_delete", None) is models.CASCADE
        and f"{model._meta.label}.{field.name}" not in GO_TOGETHER
    ]


TABLE_RULES = (money_is_whole, rows_are_known_by_uuid, nothing_disappears_with_another_row)


@pytest.mark.parametrize("rule", TABLE_RULES, ids=lambda rule: rule.__name__)
def test_every_table_obeys(rule):
    assert [wrong for model in OURS for wrong in rule(model)] == []


@pytest.mark.parametrize(("rule", "count"), list(zip(TABLE_RULES, (3, 1, 1), strict=True)))
def test_twin_the_rule_bites(rule, count):
    assert len(rule(Wrong)) == count


def test_addresses_name_rows_by_uuid_or_code():
    assert "agents/demandes/<uuid:public_id>/" in {address for address, _name, _pattern in routes()}
    numbered = {
        address
        for address, _name, pattern in routes(get_resolver())
        if re.search(r"<int:|<(pk|id)>", address) and not address.startswith(OTHERS)
    }
    assert sorted(numbered - NUMBERED) == []
    assert sorted(NUMBERED - numbered) == [], "no longer needed"


# The app's role may delete there, and no trigger stops it.
ERASABLE = """
SELECT has_table_privilege('portail_app', %(table)s, 'TRUNCATE')
    OR has_table_privilege('portail_app', %(table)s, 'DELETE') AND NOT EXISTS (
        SELECT FROM pg_trigger
        WHERE tgrelid = %(table)s::regclass AND tgenabled = 'O' AND tgtype & 8 <> 0 AND tgtype & 3 = 3)
"""


@pytest.mark.django_db
def test_nobody_erases_a_sealed_table():
    def erasable(table: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(ERASABLE, {"table": table})
            return cursor.fetchone()[0]

    assert [chain.table for chain in chains.all_chains() if erasable(chain.table)] == []
    assert erasable("core_contact"), "or the question would answer no to everything"


def test_the_queue_loses_nothing_when_a_worker_dies():
    """Measured: with these settings no task in hand is lost; a broker that is down costs half a second."""
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_TASK_IGNORE_RESULT
    transport = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert transport["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT
    assert max(transport["socket_timeout"], transport["socket_connect_timeout"]) <= 0.5


def test_the_broker_keeps_nothing_but_the_queue():
    kept = [settings.SESSION_ENGINE, settings.AXES_HANDLER, settings.MESSAGE_STORAGE]
    kept += [cache["BACKEND"] for cache in settings.CACHES.values()]
    assert not [where for where in kept if "redis" in where.lower() or "memcached" in where.lower()]
