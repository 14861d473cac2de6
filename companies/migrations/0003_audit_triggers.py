"""The audit trail: the trigger function, the triggers, and the wall around the trail itself."""

from django.db import migrations

from companies.triggers import audit_trigger

FUNCTION = r"""
CREATE FUNCTION companies_audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    secrets text[] := string_to_array(TG_ARGV[3], ',');
    skipped text[] := string_to_array(TG_ARGV[4], ',') || ARRAY['id', TG_ARGV[1]];
    source text := coalesce(nullif(current_setting('cabinet.source', true), ''), 'database');
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    told jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    changes jsonb := '{}';
    name text;
    old_value jsonb;
    new_value jsonb;
BEGIN
    FOR name IN SELECT jsonb_object_keys(told) LOOP
        CONTINUE WHEN name = ANY (skipped);
        old_value := coalesce(before -> name, 'null');
        new_value := coalesce(after -> name, 'null');
        CONTINUE WHEN old_value = new_value;
        CONTINUE WHEN TG_OP <> 'UPDATE' AND coalesce(told ->> name, '') = '';
        IF name = ANY (secrets) THEN
            -- Sealed with another key, the secret is the same.
            CONTINUE WHEN source = 'command rotate_keys';
            old_value := CASE WHEN coalesce(before ->> name, '') = '' THEN 'null' ELSE '"•••"' END;
            new_value := CASE WHEN coalesce(after ->> name, '') = '' THEN 'null' ELSE '"•••"' END;
        END IF;
        changes := changes || jsonb_build_object(name, jsonb_build_array(old_value, new_value));
    END LOOP;
    IF TG_OP = 'UPDATE' AND changes = '{}' THEN
        RETURN NULL;
    END IF;
    INSERT INTO companies_auditentry (
        company_id, at, actor_id, actor_name, visit_id, source, address,
        subject, subject_id, subject_name, action, changes, note
    ) VALUES (
        (told ->> TG_ARGV[1])::bigint,
        clock_timestamp(),
        nullif(current_setting('cabinet.actor', true), '')::bigint,
        coalesce(nullif(current_setting('cabinet.actor_name', true), ''),
                 CASE WHEN source = 'database' THEN session_user ELSE '' END),
        nullif(current_setting('cabinet.visit', true), '')::bigint,
        source,
        nullif(current_setting('cabinet.address', true), '')::inet,
        TG_ARGV[0],
        (told ->> 'id')::bigint,
        left(coalesce(told ->> TG_ARGV[2], ''), 300),
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END,
        changes,
        ''
    );
    RETURN NULL;
END
$$;
"""

WALL = r"""
CREATE FUNCTION companies_audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only written to, never changed, deleted or emptied'
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON companies_auditentry
    FOR EACH ROW EXECUTE FUNCTION companies_audit_is_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON companies_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION companies_audit_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0002_company_and_people")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION companies_audit_row();"),
        migrations.RunSQL(
            WALL,
            "DROP TRIGGER kept ON companies_auditentry; DROP TRIGGER never_emptied ON companies_auditentry; "
            "DROP FUNCTION companies_audit_is_kept();",
        ),
        audit_trigger("companies_company", subject="company", name_column="name", company_column="id"),
        audit_trigger(
            "companies_legaldetails", subject="legal", name_column="short_name", skipped=("updated_at",)
        ),
        audit_trigger("companies_taxperiod", subject="tax", name_column="regime", skipped=("created_at",)),
        audit_trigger(
            "companies_bankaccount",
            subject="bank_account",
            name_column="bank_name",
            secrets=("sealed",),
            skipped=("created_at", "numbers_set_at"),
        ),
        audit_trigger(
            "companies_membership", subject="member", name_column="user_id", skipped=("joined_at",)
        ),
        audit_trigger(
            "companies_invitation",
            subject="invitation",
            name_column="email",
            skipped=("nonce", "created_at", "invited_by_id"),
        ),
        audit_trigger(
            "companies_ownwarehouse",
            subject="own_warehouse",
            name_column="name",
            skipped=("created_at",),
        ),
    ]
