"""Encoders as halls have them, each at a WHIP address: FFmpeg, OBS's library, a browser's page, GStreamer."""
