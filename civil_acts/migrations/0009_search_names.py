from django.db import migrations, models

# The applicant's name is the contact's: a generated column cannot reach it, a join would cost the
# index. Whatever is written into the column, the trigger says what it holds.
_FORWARD = """
CREATE FUNCTION civil_acts_search_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_names := public.portail_name(
        concat(NEW.subject_name, ' ', (SELECT name FROM public.core_contact WHERE id = NEW.contact_id))
    );
    RETURN NEW;
END $$;
CREATE TRIGGER civil_acts_search_names
    BEFORE INSERT OR UPDATE OF subject_name, contact_id, search_names ON civil_acts_actrequest
    FOR EACH ROW EXECUTE FUNCTION civil_acts_search_names();
CREATE FUNCTION civil_acts_contact_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.civil_acts_actrequest SET search_names = '' WHERE contact_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER civil_acts_contact_renamed AFTER UPDATE OF name ON core_contact
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION civil_acts_contact_renamed();
"""
_REVERSE = """
DROP TRIGGER civil_acts_contact_renamed ON core_contact;
DROP FUNCTION civil_acts_contact_renamed();
DROP TRIGGER civil_acts_search_names ON civil_acts_actrequest;
DROP FUNCTION civil_acts_search_names();
"""


class Migration(migrations.Migration):
    """Columns with a constant default: no row is rewritten."""

    dependencies = [("civil_acts", "0008_issued_documents"), ("core", "0004_contact_in_person")]

    operations = [
        migrations.AddField(
            model_name="actrequest",
            name="reply_received_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="actrequest",
            name="search_names",
            field=models.TextField(db_default="", default="", editable=False),
        ),
        migrations.AlterField(
            model_name="actrequest",
            name="rejection_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    (
                        "NOT_ENTITLED",
                        "Vous ne faites pas partie des personnes qui peuvent demander ce document",
                    ),
                    ("IDENTITY", "La pièce d’identité ne permet pas de vérifier qui vous êtes"),
                    ("NOT_FOUND", "L’acte n’existe pas dans nos registres"),
                    ("WRONG_TOWN", "L’acte est tenu par une autre commune"),
                    ("NOT_RESIDENT", "L’adresse donnée n’est pas à Cotonou"),
                    ("RESIDENCE", "La fiche de résidence ne permet pas de vérifier l’adresse"),
                    ("PIECES", "Il manque une pièce demandée et non reçue"),
                    ("ALREADY_DONE", "La même demande a déjà été traitée"),
                    ("OTHER", "Autre raison"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunSQL(_FORWARD, _REVERSE),
    ]
