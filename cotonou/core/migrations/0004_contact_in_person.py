from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0003_cache_table")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="in_person",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RemoveConstraint(model_name="contact", name="contact_reachable"),
        AddConstraintNotValid(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("email", ""), ("phone", ""), _negated=True),
                    ("in_person", True),
                    _connector="OR",
                ),
                name="contact_reachable",
                violation_error_message="Donnez un numéro de téléphone ou une adresse électronique.",
            ),
        ),
    ]
