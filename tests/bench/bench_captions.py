"""How far live captions are behind: a person reads 40 s into a phone, over the real media worker, in real time.

``python -m tests.bench.bench_captions`` on an idle machine. The last line is JSON: ``behind_s`` (the middle line, from the end
of what was said until it is written), ``behind_worst_s``, ``lines``, ``word_error``.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

from tests.kit.meetings.speech_material import READ_ALOUD, word_error
from tests.kit.servers.caption_runner import read_to_captions


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines, _, _ = asyncio.run(read_to_captions(Path(folder), 41.0))
    behind = sorted(line["behind_ms"] / 1000 for line in lines)
    said = " ".join(line["text"] for line in lines)
    figures = {"behind_s": behind[len(behind) // 2], "behind_worst_s": behind[-1], "lines": len(lines)}
    print(json.dumps({**figures, "word_error": round(word_error(READ_ALOUD, said), 3)}))


if __name__ == "__main__":
    main()
