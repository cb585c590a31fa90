from django.db import migrations

from cotonou.core.database import frozen_once_published


class Migration(migrations.Migration):
    """People under way answer the version they began with: nothing may change it,
    whatever the page, the API, the administration or a script does."""

    dependencies = [("formbuilder", "0001_initial")]
    operations = [frozen_once_published("formbuilder_formversion")]
