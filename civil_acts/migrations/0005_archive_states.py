from django.conf import settings
from django.db import migrations, models

STATES = [
    ("OPEN", "à chercher"),
    ("FOUND", "page trouvée"),
    ("NOT_FOUND", "acte introuvable"),
    ("DESTROYED", "registre détruit ou perdu"),
    ("ILLEGIBLE", "registre illisible"),
    ("CANCELLED", "recherche annulée"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_second_factor_guard"),
        ("civil_acts", "0004_relay_answer"),
        ("core", "0003_cache_table"),
        ("documents", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="searchslip", name="search_slip_no_act_says_why"),
        migrations.AlterField(
            model_name="searchslip",
            name="state",
            field=models.CharField(choices=STATES, default="OPEN", max_length=10),
        ),
        # Going back, an illegible register is again « détruit ou illisible ».
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "UPDATE civil_acts_searchslip SET state = 'DESTROYED' WHERE state = 'ILLEGIBLE'",
        ),
        # A request that ended no longer waits for anybody.
        migrations.RunSQL(
            """UPDATE civil_acts_actrequest SET waiting_since = NULL
                WHERE waiting_since IS NOT NULL AND state <> 'IN_REVIEW'""",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="actrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("waiting_since", None), ("state", "IN_REVIEW"), _connector="OR"),
                name="act_request_waits_in_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="searchslip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["NOT_FOUND", "DESTROYED", "ILLEGIBLE"]), _negated=True),
                    models.Q(("answer", ""), _negated=True),
                    _connector="OR",
                ),
                name="search_slip_no_act_says_why",
            ),
        ),
    ]
