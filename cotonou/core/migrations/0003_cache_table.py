from django.db import migrations


class Migration(migrations.Migration):
    """The cache (log-in limits, used one-time codes) lives in PostgreSQL; see CACHES."""

    dependencies = [("core", "0002_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE TABLE core_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL,"
            " expires timestamp with time zone NOT NULL);"
            "CREATE INDEX core_cache_expires ON core_cache (expires);",
            "DROP TABLE core_cache;",
        )
    ]
