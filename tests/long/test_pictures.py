"""The README's pictures can be taken anew from the demo at any time."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.kit.browsers.pictures import take


def test_the_demo_is_photographed_in_three_pictures(tmp_path: Path) -> None:
    take(tmp_path)
    sizes = {}
    for path in tmp_path.iterdir():
        with Image.open(path) as picture:
            sizes[path.name] = picture.size
    assert sizes == {"room.png": (720, 1480), "console.png": (1440, 900), "record.png": (1440, 900)}
