"""What a member's studying leaves behind, and to whom it is told."""
