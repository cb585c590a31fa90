import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations, models

BATCH = 10_000  # rows at a time: no lock is held longer than that takes


def fill(apps, schema_editor):
    requests = apps.get_model("civil_acts", "ActRequest").objects.using(schema_editor.connection.alias)
    last = requests.aggregate(last=models.Max("pk"))["last"] or 0
    for start in range(0, last + 1, BATCH):
        requests.filter(pk__gt=start, pk__lte=start + BATCH, search_names="").update(search_names="")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("civil_acts", "0009_search_names")]

    operations = [
        # The trigger puts the names in.
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="actrequest",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_names", name="gin_trgm_ops"),
                name="act_request_names",
            ),
        ),
        AddIndexConcurrently(
            model_name="actrequest",
            index=models.Index(
                condition=models.Q(("reply_received_at__isnull", False)),
                fields=["due_on", "id"],
                name="act_request_answered",
            ),
        ),
        AddConstraintNotValid(
            model_name="actrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("search_names", ""), _negated=True), name="act_request_search_names"
            ),
        ),
    ]
