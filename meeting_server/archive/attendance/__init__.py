"""The attendance of one meeting and of a branch's year, as a report and as a workbook."""
