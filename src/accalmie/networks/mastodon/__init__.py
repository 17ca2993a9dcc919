"""Mastodon, and every server that speaks its API: mentions of an account, a hashtag, a search.

Asked through httpx rather than Mastodon.py. That client gives its answers converted (we keep them as they
came), reads any answer whole whatever its size, and its stream takes one byte at a time and 3.9 ms of
processor time for each status, which at 200 statuses a second is four fifths of a processor. Nor could one
tell through it "not JSON" from "cut short".
"""

from accalmie.networks.mastodon.listener import MastodonListener
from accalmie.networks.mastodon.probe import Probe, probe

__all__ = ["MastodonListener", "Probe", "probe"]
