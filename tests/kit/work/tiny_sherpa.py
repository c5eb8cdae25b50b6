"""Models that sherpa-onnx takes for SenseVoice and Paraformer, made of nothing: whatever they hear, they say the same words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

TOKENS = ("<blank>", "<s>", "</s>", "<unk>", "<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>", "同", "志", "们", "，", "开", "会", "。")
SAID = ("同", "志", "们", "，", "开", "会", "。")
FEATURES = 560
"""Of a frame: seven of 80 values, every 60 ms."""
FRAMES = 1_000


def sense_voice(folder: Path) -> Path:
    """Says ``SAID``, a token every third frame (0.18 s)."""
    ids = np.zeros(FRAMES, np.int64)
    ids[:4] = [TOKENS.index(token) for token in ("<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>")]
    for number, token in enumerate(SAID):
        ids[4 + 3 * number] = TOKENS.index(token)
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["frames"], axis=0),
        helper.make_node("Add", ["frames", "four"], ["length"]),
        helper.make_node("Slice", ["ids", "zero", "length"], ["said"]),
        helper.make_node("OneHot", ["said", "depth", "off_on"], ["hot"], axis=-1),
        helper.make_node("Unsqueeze", ["hot", "zero"], ["logits"]),
        helper.make_node("Identity", ["x_length"], ["_length"]),
        helper.make_node("Identity", ["language"], ["_language"]),
        helper.make_node("Identity", ["text_norm"], ["_norm"]),
    ]
    constants: dict[str, list[int] | np.ndarray] = {"one": [1], "four": [4], "zero": [0], "ids": ids, "depth": [len(TOKENS)]}
    held = [helper.make_tensor(name, TensorProto.INT64, [len(values)], values) for name, values in constants.items()]
    held.append(helper.make_tensor("off_on", TensorProto.FLOAT, [2], [0.0, 9.0]))
    graph = helper.make_graph(
        nodes,
        "sense_voice",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", FEATURES]),
            *(helper.make_tensor_value_info(name, TensorProto.INT32, ["N"]) for name in ("x_length", "language", "text_norm")),
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", "L", len(TOKENS)])],
        held,
    )
    meta = {"vocab_size": len(TOKENS), "lfr_window_size": 7, "lfr_window_shift": 6, "normalize_samples": 0, "blank_id": 0}
    meta |= {"with_itn": 14, "without_itn": 15, "lang_auto": 0, "lang_zh": 3, "lang_en": 4, "lang_yue": 7, "lang_ja": 11, "lang_ko": 12}
    return _written(folder, graph, {**meta, "model_type": "sense_voice_ctc"})


def paraformer(folder: Path) -> Path:
    """Says ``SAID``; names no moments, as such models do."""
    ids = np.array([TOKENS.index(token) for token in (*SAID, "</s>")])
    hot = np.where(np.arange(len(TOKENS)) == ids[:, None], 9.0, 0.0).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Identity", ["said"], ["logits"]),
            helper.make_node("Identity", ["count"], ["token_num"]),
            helper.make_node("Identity", ["speech"], ["_speech"]),
            helper.make_node("Identity", ["speech_lengths"], ["_lengths"]),
        ],
        "paraformer",
        [
            helper.make_tensor_value_info("speech", TensorProto.FLOAT, ["N", "T", FEATURES]),
            helper.make_tensor_value_info("speech_lengths", TensorProto.INT32, ["N"]),
        ],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, len(ids), len(TOKENS)]),
            helper.make_tensor_value_info("token_num", TensorProto.INT32, [1]),
        ],
        [
            helper.make_tensor("said", TensorProto.FLOAT, [1, len(ids), len(TOKENS)], hot.reshape(-1)),
            helper.make_tensor("count", TensorProto.INT32, [1], [len(ids)]),
        ],
    )
    return _written(folder, graph, {"vocab_size": len(TOKENS), "lfr_window_size": 7, "lfr_window_shift": 6, "model_type": "paraformer"})


def _written(folder: Path, graph: onnx.GraphProto, meta: dict[str, object]) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    means = {"neg_mean": ",".join(["0"] * FEATURES), "inv_stddev": ",".join(["1"] * FEATURES)}
    helper.set_model_props(model, {name: str(value) for name, value in {**meta, **means}.items()})
    folder.mkdir(parents=True)
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "tokens.txt").write_text("\n".join(f"{token} {number}" for number, token in enumerate(TOKENS)) + "\n", encoding="utf-8")
    return folder
