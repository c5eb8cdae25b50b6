"""A podcast feed: RSS 2.0 with the iTunes elements that podcast programs expect."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from meeting_server.archive.takeaway.packing import xml_bytes
from meeting_server.domain.ids import Millis

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Episode:
    """One published recording. ``guid`` never changes; ``size`` in bytes, ``length`` in ms."""

    guid: str
    title: str
    summary: str
    published_at: Millis
    address: str
    size: int
    length: Millis


def podcast(title: str, about: str, language: str, address: str, link: str, episodes: Sequence[Episode]) -> bytes:
    """Return the feed. It asks programs not to list it anywhere, because its address is one person's secret."""
    rss = ET.Element("rss", {"version": "2.0", "xmlns:itunes": ITUNES, "xmlns:atom": ATOM})
    channel = ET.SubElement(rss, "channel")
    _said(channel, "title", title)
    _said(channel, "link", link)
    _said(channel, "description", _plain(about))
    _said(channel, "language", language.lower())
    ET.SubElement(channel, "atom:link", {"href": address, "rel": "self", "type": "application/rss+xml"})
    _said(channel, "itunes:block", "Yes")
    _said(channel, "itunes:explicit", "false")
    _said(channel, "itunes:author", title)
    ET.SubElement(channel, "itunes:category", {"text": "Education"})
    for episode in episodes:
        item = ET.SubElement(channel, "item")
        _said(item, "title", episode.title)
        about = _plain(episode.summary or episode.title)
        _said(item, "description", about)
        _said(item, "itunes:summary", about)
        ET.SubElement(item, "guid", {"isPermaLink": "false"}).text = episode.guid
        _said(item, "pubDate", format_datetime(datetime.fromtimestamp(episode.published_at / 1000, UTC)))
        ET.SubElement(item, "enclosure", {"url": episode.address, "length": str(episode.size), "type": "audio/mp4"})
        _said(item, "itunes:duration", str(episode.length // 1000))
    return xml_bytes(rss)


def _plain(text: str) -> str:
    """Return a description that reads the same in programs that take it as HTML and in those that take it as text.

    Characters with a meaning in HTML are written in full width, because escaping them again would show the escapes.
    """
    return " ".join(text.split()).translate({ord("<"): "＜", ord(">"): "＞", ord("&"): "＆"})


def _said(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
