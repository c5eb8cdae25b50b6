"""Who may study a published resource: the people its publication was made for."""

from __future__ import annotations

from meeting_server.store.people.branch_tree import BranchTree
from meeting_server.store.record.publications import Publication
from meeting_server.web.site.auth import Viewer


def may_study(tree: BranchTree, viewer: Viewer | None, publication: Publication) -> bool:
    """Whether the viewer is of the publication's audience: ``branch``: of the branch or holding a role in or above it;
    ``faculty``: the same for the node above the branch and everything below that; ``all``: every member of the house.

    Nobody studies a draft, and guests and people who came by a meeting's invitation study nothing.
    """
    if publication.state != "published" or viewer is None or not viewer.is_member:
        return False
    if publication.audience == "all":
        return True
    line = tree.line(publication.branch_id)
    if not line:
        return False
    top = line[1] if publication.audience == "faculty" and len(line) > 1 else line[0]
    inside = {branch.branch_id for branch in tree.below(top.branch_id)}
    home = set(tree.membership(viewer.branch_id)) if viewer.branch_id is not None else set()
    held = {grant.branch_id for grant in viewer.grants}
    return bool((home | held) & inside) or bool(held & {branch.branch_id for branch in line})
