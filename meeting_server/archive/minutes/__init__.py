"""The minutes (会议记录): facts from the journal in words, as a page and as a Word document."""
