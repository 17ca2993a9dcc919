"""Planned campaigns, and what we published ourselves."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0002_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='CampaignRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('topic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='campaigns', to='records.topicrecord')),
            ],
            options={
                'indexes': [models.Index(fields=['topic', 'since'], name='records_cam_topic_i_1644c7_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='a_campaign_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='OwnMessageRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('text', models.TextField()),
                ('address', models.TextField(blank=True, default='')),
                ('network', models.CharField(blank=True, default='', max_length=24)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('topic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='own_messages', to='records.topicrecord')),
            ],
            options={
                'indexes': [models.Index(fields=['topic', 'at'], name='records_own_topic_i_52251a_idx')],
            },
        ),
    ]
