from django.db import migrations

from cotonou.territory import reference


def load(apps, schema_editor):
    reference.load_territory(
        apps.get_model("territory", "Arrondissement"), apps.get_model("territory", "Quartier")
    )
    reference.load_holidays(apps.get_model("territory", "Holiday"), years=reference.default_years())


class Migration(migrations.Migration):
    dependencies = [("territory", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
