from django.db import migrations

from cotonou.ledger.chart import CHART


def load(apps, schema_editor):
    """The internal chart of accounts exists from the first day."""
    account = apps.get_model("ledger", "Account")
    for row in CHART:
        account.objects.get_or_create(
            code=row.code.value,
            defaults={"name": row.name, "kind": row.kind, "normal_side": row.normal_side},
        )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
