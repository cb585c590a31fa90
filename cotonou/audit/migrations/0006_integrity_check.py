from django.db import migrations, models

from cotonou.core.database import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_event_action")]

    operations = [
        migrations.CreateModel(
            name="IntegrityCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("rows", models.BigIntegerField()),
                ("found", models.PositiveIntegerField()),
                ("findings", models.JSONField(default=list)),
            ],
        ),
        append_only("audit_integritycheck"),
    ]
