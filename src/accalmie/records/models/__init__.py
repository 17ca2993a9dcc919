"""All tables. Import them from here: `from accalmie.records.models import MentionRecord`."""

from accalmie.records.models.alarm import AlarmRecord, NoticeRecord, TimelineEntry
from accalmie.records.models.fever import CheckpointRecord, HourRecord, MeasureRecord, PulseRecord
from accalmie.records.models.mark import CampaignRecord, OwnMessageRecord
from accalmie.records.models.mention import HearingRecord, MentionRecord, MentionVersion, TraceRecord
from accalmie.records.models.people import ContactRecord, User
from accalmie.records.models.proof import ProofRecord
from accalmie.records.models.topic import GapRecord, ImportRecord, SourceRecord, TopicRecord
from accalmie.records.models.work import ChangeRecord, HeartbeatRecord

__all__ = [
    "AlarmRecord",
    "CampaignRecord",
    "ChangeRecord",
    "CheckpointRecord",
    "ContactRecord",
    "GapRecord",
    "HearingRecord",
    "HeartbeatRecord",
    "HourRecord",
    "ImportRecord",
    "MeasureRecord",
    "MentionRecord",
    "MentionVersion",
    "NoticeRecord",
    "OwnMessageRecord",
    "ProofRecord",
    "PulseRecord",
    "SourceRecord",
    "TimelineEntry",
    "TopicRecord",
    "TraceRecord",
    "User",
]
