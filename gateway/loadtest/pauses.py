"""What would stop the generator for a while, and be taken for the server's latency."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """A collection over a long history takes seconds; nothing here makes cycles while the load runs."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
