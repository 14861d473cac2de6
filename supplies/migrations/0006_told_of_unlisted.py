"""What is told of the goods of a supply that its newest list does not name, and room for more parts of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supplies", "0005_told_papers")]

    operations = [
        migrations.AddField(
            model_name="supply",
            name="unlisted",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AlterField(
            model_name="supply",
            name="fingerprint",
            field=models.BinaryField(default=b"", editable=False, max_length=50),
        ),
    ]
