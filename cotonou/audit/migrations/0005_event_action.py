from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The journal is filtered by action; the trail is the largest table, and is written to meanwhile."""

    atomic = False

    dependencies = [("audit", "0004_published_heads")]

    operations = [
        AddIndexConcurrently("event", models.Index(fields=["action", "id"], name="event_action")),
    ]
