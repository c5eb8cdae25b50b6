"""The minutes (会议纪要): facts from the journal, put into words, as a page and as a Word document."""
