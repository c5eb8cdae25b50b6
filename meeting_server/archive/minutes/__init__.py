"""The minutes (会议记录): facts from the journal, put into words, as a page and as a Word document."""
