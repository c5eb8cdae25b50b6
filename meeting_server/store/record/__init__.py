"""Tables about records: corrections, approvals, holds, publications, and the search."""
