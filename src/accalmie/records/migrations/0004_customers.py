"""What people know of their customers: how many there are, and which share of the affected writes in public."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0003_marks'),
    ]

    operations = [
        migrations.AddField(
            model_name='topicrecord',
            name='customers',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='topicrecord',
            name='writing_share',
            field=models.FloatField(blank=True, null=True),
        ),
    ]
