"""The strokes in the package are those of the source that is kept."""

from __future__ import annotations

from tools.strokes import TARGET, fields, table, written


def test_the_strokes_in_the_package_are_made_of_the_kept_source() -> None:
    assert TARGET.read_bytes() == written()
    assert TARGET.stat().st_size < 64 * 1024


def test_every_character_of_the_standard_has_strokes_and_a_first_stroke() -> None:
    strokes, characters = fields()
    runs = table(characters)
    assert "".join(run for _, _, run in runs) == "".join(map(chr, characters))
    # where the table and kTotalStrokes differ the glyphs do (simplified parts drawn in their printed form): a few of 8,105
    differing = [one for number, _, run in runs for one in run if strokes[ord(one)] != number]
    assert len(characters) == 8105
    assert len(differing) < 50
