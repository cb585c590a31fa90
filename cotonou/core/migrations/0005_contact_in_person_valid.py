from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Apart: it reads the whole table, and blocks nobody as long as nothing else holds a lock with it."""

    dependencies = [("core", "0004_contact_in_person")]

    operations = [ValidateConstraint(model_name="contact", name="contact_reachable")]
