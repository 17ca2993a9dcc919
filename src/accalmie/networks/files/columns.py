"""Which column is what: the names that exports give them, in three languages, and what their values look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from accalmie.core.mention import folded
from accalmie.networks.files import dates
from accalmie.networks.files.layout import FIELDS

#: Column names, folded and without anything but letters and digits, the surest first: of X and Twitter,
#: Mastodon, Bluesky, Brandwatch, Talkwalker, Meltwater, and of people's own tables.
NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        "fulltext", "text", "tweettext", "posttext", "recordtext", "content", "contenttext", "message", "body",
        "tweet", "texte", "textedupost", "contenu", "inhalt", "nachricht", "beitrag", "beitragstext", "verbatim",
        "commentaire", "comment", "kommentar", "review", "avis", "hitsentence", "openingtext", "snippet",
        "extrait", "auszug", "post", "summary", "description", "headline", "title", "titre", "titel",
    ),
    "said_at": (
        "saidat", "createdat", "recordcreatedat", "tweetcreatedat", "publishedat", "postedat", "datetime",
        "timestamp", "published", "publisheddate", "publishdate", "publicationdate", "pubdate", "posteddate",
        "postdate", "created", "creationdate", "createddate", "createdtime", "dateutc", "timeutc", "date", "time",
        "datedepublication", "datepublication", "publiele", "datedecreation", "datecreation", "creele",
        "horodatage", "dateheure", "dateetheure", "datum", "veroffentlichtam", "veroffentlicht",
        "veroffentlichungsdatum", "erstelltam", "erstellt", "zeitpunkt", "zeitstempel", "datumuhrzeit",
        "datumzeit", "zeit", "heure", "indexed", "indexedat",
    ),
    "author": (
        "author", "authorusername", "authorhandle", "username", "screenname", "userscreenname", "userusername",
        "accountacct", "acct", "handle", "twitterscreenname", "authorscreenname", "fromuser", "authorkey",
        "user", "account", "from", "sender", "auteur", "pseudo", "pseudonyme", "utilisateur",
        "nomdutilisateur", "compte", "autor", "autorin", "verfasser", "benutzername", "benutzer", "nutzer",
        "nutzername", "konto", "absender", "influencer", "authorid", "userid", "useridstr", "extraauthorattributesname",
    ),
    "author_name": (
        "authorname", "displayname", "authordisplayname", "accountdisplayname", "userdisplayname", "username2",
        "authorfullname", "fullname", "nomauteur", "nomdelauteur", "nomaffiche", "anzeigename", "autorname",
        "name", "nom",
    ),
    "id": (
        "id", "idstr", "tweetid", "statusid", "postid", "messageid", "mentionid", "nativeid", "documentid",
        "resourceid", "externalid", "guid", "uri", "identifiant", "iddutweet", "idmention", "kennung",
        "beitragsid",
    ),
    "network": (
        "network", "platform", "pagetype", "sourcetype", "channel", "socialnetwork", "mediatype", "reseau",
        "reseausocial", "plateforme", "canal", "netzwerk", "plattform", "kanal", "source", "quelle",
        "extrasourceattributesname", "contentsource",
    ),
    "url": (
        "url", "permalink", "link", "tweeturl", "posturl", "mentionurl", "weburl", "href", "lien", "urldupost",
        "adresse",
    ),
    "language": ("language", "lang", "langue", "sprache", "languagecode", "recordlangs"),
    "followers": (
        "followers", "followerscount", "userfollowerscount", "accountfollowerscount", "authorfollowers",
        "authorfollowerscount", "authorpublicmetricsfollowerscount", "twitterfollowers", "xfollowers", "followercount",
        "numberoffollowers", "abonnes", "nombredabonnes", "nbabonnes", "followerzahl", "anzahlfollower", "follower",
    ),
    "shares": (
        "shares", "retweetcount", "retweets", "publicmetricsretweetcount", "reblogscount", "repostcount", "reposts",
        "sharecount", "sharescount", "twitterretweets", "xreposts", "engagementshares", "partages", "nombredepartages",
        "geteilt", "geteilteinhalte",
    ),
    "in_reply_to": (
        "inreplyto", "inreplytoid", "inreplytostatusid", "inreplytostatusidstr", "inresponsetotweetid",
        "inreplytotweetid", "replyto", "replytoid", "parentid", "recordreplyparenturi", "enreponsea", "antwortauf",
    ),
    "links": ("links", "urls", "expandedurls", "entitiesurls", "liens"),
    "hashtags": ("hashtags", "entitieshashtags", "hashtag", "tags", "motsdiese", "motscles"),
    "topic": (
        "topic", "brand", "queryname", "company", "airline", "marque", "entreprise", "sujet", "theme", "marke",
        "unternehmen", "firma", "thema", "query", "requete", "suchanfrage",
    ),
}  # fmt: skip

#: Excel writes long numbers so, and thousands of mentions would share an id.
_ROUNDED = re.compile(r"\d([.,]\d+)?[eE]\+\d+")
_NETWORK = re.compile(r"[^\W_][\w .+-]{0,23}")

Sample = Sequence[Mapping[str, str]]


def simple(name: str) -> str:
    """Return a column's name folded, letters and digits only."""
    return re.sub(r"[\W_]+", "", folded(name.replace("ß", "ss")))


def known(names: Sequence[str]) -> int:
    """Return how many of these look like names of columns that we know."""
    every = {name for fitting in NAMES.values() for name in fitting}
    return sum(simple(name) in every for name in names)


def guess(header: Sequence[str], sample: Sample) -> dict[str, str]:
    """Return field > column, by their names and, for text and date, else by their values.

    A column that fits by name is taken only if its values fit too. `links` and `hashtags` left out are read
    from the text.
    """
    by_name: dict[str, str] = {}
    for column in header:
        by_name.setdefault(simple(column), column)
    found: dict[str, str] = {}
    for field in FIELDS:
        fitting = (by_name[name] for name in NAMES[field] if name in by_name)
        fits = (c for c in fitting if c not in found.values())
        column = next((c for c in fits if not sample or _fits(field, values(sample, c))), "")
        if column:
            found[field] = column
    free = [column for column in header if column not in found.values()]
    if "said_at" not in found and (column := _dated(free, sample)):
        found["said_at"] = column
        free.remove(column)
    if "text" not in found and (column := _wordy(free, sample)):
        found["text"] = column
    return {field: found[field] for field in FIELDS if field in found}


def values(sample: Sample, column: str) -> list[str]:
    """Return what stands in this column of the sample, without the empty ones."""
    return [value for row in sample if (value := row.get(column, "").strip())]


def _fits(field: str, there: list[str]) -> bool:
    if not there:
        # Nothing speaks against it: a column may be empty at the beginning.
        return field not in {"text", "said_at"}
    if field == "said_at":
        return _mostly(there, _is_date)
    if field == "id":
        return not any(_ROUNDED.fullmatch(value) for value in there) and not _counted(there)
    if field in {"followers", "shares"}:
        return _mostly(there, lambda value: value[:1].isdecimal())
    if field == "network":
        return _mostly(there, lambda value: _NETWORK.fullmatch(value) is not None)
    if field == "url":
        return _mostly(there, lambda value: "://" in value or value.startswith("www."))
    if field == "language":
        return _mostly(there, lambda value: len(value) <= 20)
    return True


def _counted(there: list[str]) -> bool:
    """Tell whether these only number the rows: the next file would have the same ones for other mentions."""
    begin = there[0] if there[0] in {"0", "1"} else ""
    return bool(begin) and there[:10] == [str(int(begin) + at) for at in range(len(there[:10]))]


def _is_date(value: str) -> bool:
    return (dates.moment(value, True) or dates.moment(value, False)) is not None


def _mostly(there: list[str], fits: Callable[[str], bool]) -> bool:
    return 2 * sum(map(fits, there)) > len(there)


def _dated(free: Sequence[str], sample: Sample) -> str:
    return next((c for c in free if (there := values(sample, c)) and _mostly(there, _is_date)), "")


def _wordy(free: Sequence[str], sample: Sample) -> str:
    """Return the column with the longest texts that have several words, or ""."""
    best, length = "", 0.0
    for column in free:
        there = values(sample, column)
        mean = sum(map(len, there)) / len(there) if there else 0.0
        if mean > length and _mostly(there, lambda value: " " in value and not _is_date(value)):
            best, length = column, mean
    return best
