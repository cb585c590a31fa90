from django.db import migrations

# People under way answer the version they began with: nothing may change it,
# whatever the page, the API, the administration or a script does.
FORWARD = """
CREATE FUNCTION formbuilder_formversion_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published form version cannot change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER formbuilder_formversion_final BEFORE UPDATE OR DELETE ON formbuilder_formversion
    FOR EACH ROW EXECUTE FUNCTION formbuilder_formversion_final();
"""
REVERSE = """
DROP TRIGGER formbuilder_formversion_final ON formbuilder_formversion;
DROP FUNCTION formbuilder_formversion_final();
"""


class Migration(migrations.Migration):
    dependencies = [("formbuilder", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
