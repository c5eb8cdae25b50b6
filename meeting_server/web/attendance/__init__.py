"""Attendance: a meeting's report, a branch's year, and objections."""
