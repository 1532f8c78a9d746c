"""Bytes on their way to or from a host, which no log shows."""

from __future__ import annotations

import zlib


class Parcel:
    """Bytes that show their number alone: Dask writes the arguments of a call that fails into its log."""

    def __init__(self, data: bytes) -> None:
        """Packs the bytes."""
        self._packed = zlib.compress(data, 1)

    def open(self, most_bytes: int) -> bytes:
        """The bytes. Raises ValueError where they are more than that, or damaged."""
        reader = zlib.decompressobj()
        try:
            data = reader.decompress(self._packed, most_bytes + 1)
        except zlib.error as error:
            raise ValueError(f"it came damaged ({error})") from None
        if len(data) > most_bytes or not reader.eof:
            raise ValueError("it is larger than was said")
        return data

    def __repr__(self) -> str:
        """How many bytes it takes on its way."""
        return f"<{len(self._packed):,} bytes>"

    @property
    def size(self) -> int:
        """How many bytes it takes on its way."""
        return len(self._packed)
