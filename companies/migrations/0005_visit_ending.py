"""Visits of staff say how they ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("companies", "0004_seal_second_factors")]

    operations = [
        migrations.AddField(
            model_name="staffvisit",
            name="ending",
            field=models.CharField(
                blank=True,
                choices=[
                    ("left", "by the button"),
                    ("expired", "its time ran out"),
                    ("signed_out", "signed out"),
                    ("replaced", "another visit began"),
                    ("not_staff", "no longer on the staff"),
                    ("member_gone", "the person left the company"),
                ],
                max_length=16,
                verbose_name="how it ended",
            ),
        ),
    ]
