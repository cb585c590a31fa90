from django.db import migrations


def load(apps, schema_editor):
    """The mairie and the thirteen arrondissement offices exist from the first day."""
    office = apps.get_model("accounts", "Office")
    office.objects.get_or_create(code="MAIRIE", defaults={"kind": "MAIRIE", "name": "Mairie de Cotonou"})
    for place in apps.get_model("territory", "Arrondissement").objects.all():
        office.objects.get_or_create(
            code=f"A{place.number:02d}",
            defaults={
                "kind": "ARRONDISSEMENT",
                "name": f"Bureau du {place.name}",
                "arrondissement": place,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("territory", "0002_reference")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
