from django.db import migrations

from cotonou.core.database import frozen_once_published


class Migration(migrations.Migration):
    dependencies = [("civil_acts", "0002_requests")]
    operations = [frozen_once_published("civil_acts_procedureversion")]
