"""Tables beside a record: corrections, approvals, holds, publications, and the search."""
