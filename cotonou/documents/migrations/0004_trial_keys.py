from django.db import migrations, models

_GUARD = """
CREATE OR REPLACE FUNCTION documents_publickey_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.use, NEW.key_id, NEW.material, NEW.valid_from, NEW.valid_until{also_new})
       IS DISTINCT FROM (OLD.use, OLD.key_id, OLD.material, OLD.valid_from, OLD.valid_until{also_old})
       OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
    THEN
        RAISE EXCEPTION 'a public key is kept as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
FORWARD = _GUARD.format(also_new=", NEW.is_trial", also_old=", OLD.is_trial")
REVERSE = _GUARD.format(also_new="", also_old="")


class Migration(migrations.Migration):
    """A key that was only a file stays known as such, after the real ones have come."""

    dependencies = [("documents", "0003_key_probe")]
    operations = [
        migrations.AddField("publickey", "is_trial", models.BooleanField(default=False)),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
