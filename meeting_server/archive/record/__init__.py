"""The record of an adjourned meeting, made step by step: sound, transcript, time axis, search."""
