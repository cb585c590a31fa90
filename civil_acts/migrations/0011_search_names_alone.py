from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """What searched the holder's name alone goes; dropping a column rewrites nothing."""

    dependencies = [("civil_acts", "0010_search_names_filled")]

    operations = [
        ValidateConstraint(model_name="actrequest", name="act_request_search_names"),
        migrations.RemoveIndex(model_name="actrequest", name="act_request_subject"),
        migrations.RemoveField(model_name="actrequest", name="subject_search"),
    ]
