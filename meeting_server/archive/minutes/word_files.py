"""Word files of documents and forms. The first one made loads their library, which is usually in the workshop, not in a web process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meeting_server.archive.minutes.document_model import Paper
    from meeting_server.archive.minutes.record_form import RecordForm


def paper_docx(paper: Paper, draft: str = "") -> bytes:
    """Return a Word file. ``draft``: a line at the head of every page; empty for none."""
    from meeting_server.archive.minutes.docx import minutes_document

    return minutes_document(paper, draft)


def form_docx(form: RecordForm, draft: str = "") -> bytes:
    """Return the 三会一课记录表; ``draft`` as for a document."""
    from meeting_server.archive.minutes.docx import record_form_document

    return record_form_document(form, draft)
