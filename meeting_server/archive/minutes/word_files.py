"""Word files of papers and forms. Their library is read by whoever makes the first one: the workshop, hardly ever a web process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meeting_server.archive.minutes.document_model import Paper
    from meeting_server.archive.minutes.record_form import RecordForm


def paper_docx(paper: Paper, draft: str = "") -> bytes:
    """``draft``: a line that says so at the head of every page; empty for none."""
    from meeting_server.archive.minutes.docx import minutes_document

    return minutes_document(paper, draft)


def form_docx(form: RecordForm, draft: str = "") -> bytes:
    """三会一课记录表; ``draft`` as for a paper."""
    from meeting_server.archive.minutes.docx import record_form_document

    return record_form_document(form, draft)
