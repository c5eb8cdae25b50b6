"""What every embedder keeps to, the stand-in of the tests and the model that is installed."""

from __future__ import annotations

import numpy as np

from meeting_server.store.record.meanings import Embedder

SAID = ("下周教老人用手机。", "本季度党费都收齐了。", "三位同志请假。", "暑假组织志愿服务。")
ASKED = {"年纪大的人怎么学用手机": 0, "谁没来开会": 2}


def faults(embedder: Embedder) -> list[str]:
    """What it does not keep to."""
    found = []
    told = embedder.passages(SAID)
    if told.dtype != np.float32 or told.ndim != 2 or len(told) != len(SAID):
        found.append(f"passages: {told.dtype} {told.shape}")
    if not np.allclose(np.linalg.norm(told, axis=1), 1.0, atol=1e-3):
        found.append("a passage is not of length 1")
    if not np.allclose(told, embedder.passages(SAID), atol=1e-6):
        found.append("the same passages mean something else the second time")
    if not np.allclose(told[1], embedder.passages(SAID[1:2])[0], atol=1e-3):
        found.append("a passage means something else beside others")
    for asked, right in ASKED.items():
        question = embedder.question(asked)
        if question.shape != told.shape[1:] or abs(float(np.linalg.norm(question)) - 1.0) > 1e-3:
            found.append(f"question: {question.shape}")
        elif int(np.argmax(told @ question)) != right:
            found.append(f"{asked}: {SAID[int(np.argmax(told @ question))]}")
    for strange in ("", "\0", "😀" * 3000, "\ud800"):
        if embedder.question(strange).shape != told.shape[1:]:
            found.append(f"strange: {strange[:3]!r}")
    return found
