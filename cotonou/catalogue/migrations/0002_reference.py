from django.db import migrations

from cotonou.catalogue import reference


def load(apps, schema_editor):
    reference.load_services(
        apps.get_model("catalogue", "Service"),
        apps.get_model("catalogue", "ServiceLevel"),
        apps.get_model("catalogue", "ServiceFact"),
    )


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
