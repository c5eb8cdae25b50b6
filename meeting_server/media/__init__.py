"""The media plane: forwards sound and pictures between clients without decoding them; knows rooms and tracks, no meeting."""
