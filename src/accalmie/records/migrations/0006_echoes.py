"""What mentions share: their words as numbers, and their hashtags, beside the voices of a minute."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0004_customers'),
    ]

    operations = [
        migrations.AddField(
            model_name='pulserecord',
            name='echoes',
            field=models.BinaryField(default=bytes),
        ),
        migrations.AddField(
            model_name='pulserecord',
            name='hashtags',
            field=models.JSONField(default=dict),
        ),
    ]
