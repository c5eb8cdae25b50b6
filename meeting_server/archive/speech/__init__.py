"""From recorded voices to cues: who said what and when, by a speech engine of the operator's choice."""
