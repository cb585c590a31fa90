from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        # 0: links made before this column; the sealer then looks at every row once.
        migrations.AddField(
            "chainlink", "row_xid", models.BigIntegerField(default=0), preserve_default=False
        ),
        # The journal filters by date; rows come in nearly that order.
        migrations.AddIndex("event", BrinIndex(name="event_at", fields=["at"])),
    ]
