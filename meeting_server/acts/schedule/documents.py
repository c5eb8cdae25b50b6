"""The documents of a meeting: added, and removed with their files; the meeting hears of both.

A document is a row, the rows of its pages, and files beside them. Pages are drawn for minutes, which no transaction waits for; so the
file of a document that is coming or going has a mark, by which the next start knows what to finish.
"""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.acts.schedule.convening import reconvene
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.schedule.documents import Document


async def add_document(at: Context, meeting_id: MeetingId, file_name: str, content: bytes, by: By, now: Millis) -> Document:
    """Keep a document with the pictures of its pages, and tell the meeting. Raises DocumentRefused.

    Once its row is kept, a server that ends leaves the rest to ``finish_documents``.
    """
    added = await at.documents.add(meeting_id, file_name, content, by.member_id, now)
    await reconvene(at, meeting_id)
    return added


async def finish_documents(at: Context) -> None:
    """Draw the pages of documents that were being added when a server ended, and tell their meetings. Idempotent."""
    for document in await at.documents.unfinished():
        await at.documents.draw_again(document)
        await reconvene(at, document.meeting_id)


async def remove_document(at: Context, meeting_id: MeetingId, document_id: str) -> bool:
    """Remove a document with its files, and tell the meeting; False when there is none."""
    if not await at.documents.remove(meeting_id, document_id):
        return False
    await reconvene(at, meeting_id)
    return True
