from django.db import migrations

from cotonou.core.database import append_only, chained


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [chained("audit_event"), append_only("audit_event"), append_only("audit_chainlink")]
