"""Makes pictures of a screen small: few colours, and in an animation only what changes.

Run by hand on pictures that are there, in place: python screenshots/smaller.py FILE…
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

PICTURE_COLOURS = 64
ANIMATION_COLOURS = 40
ANIMATION_WIDTH_PX = 760
# Colours nearer to each other than this are shades of one at the edge of a letter.
SHADE_DISTANCE = 16.0


def save_picture(picture: Image.Image, path: Path) -> None:
    """Writes a PNG with few colours."""
    pixels = _pixels(picture)
    _in_colours(pixels, _palette(pixels, PICTURE_COLOURS)).save(path, "PNG", optimize=True)


def save_animation(frames: Sequence[tuple[Image.Image, float]], path: Path) -> None:
    """Writes an endless GIF; each frame comes with the seconds that it stays."""
    pictures = [_pixels(_narrow(picture)) for picture, _ in frames]
    # One palette for all: what did not change since the frame before is then stored as such, and drawn right.
    palette = _palette(np.concatenate(pictures), ANIMATION_COLOURS)
    few_colours = [_in_colours(picture, palette) for picture in pictures]
    few_colours[0].save(
        path,
        "GIF",
        save_all=True,
        append_images=few_colours[1:],
        duration=[round(1000 * seconds) for _, seconds in frames],
        loop=0,
    )


def _pixels(picture: Image.Image) -> NDArray[np.int64]:
    """Rows of pixels, each as one number."""
    pixels: NDArray[np.int64] = np.asarray(picture.convert("RGB"), dtype=np.int64).dot([1 << 16, 1 << 8, 1])
    return pixels


def _palette(pixels: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """The most frequent colours that are no shades of each other: areas keep theirs exactly, however small they are."""
    colours, counts = np.unique(pixels, return_counts=True)
    rgb = _rgb(colours[np.argsort(-counts, kind="stable")])
    chosen = rgb[:1]
    for colour in rgb[1:]:
        if len(chosen) == size:
            break
        if np.linalg.norm(chosen - colour, axis=1).min() >= SHADE_DISTANCE:
            chosen = np.vstack([chosen, colour])
    return chosen


def _in_colours(pixels: NDArray[np.int64], palette: NDArray[np.float64]) -> Image.Image:
    """The picture with each pixel's colour replaced by the nearest one of the palette."""
    colours, where = np.unique(pixels, return_inverse=True)
    nearest = np.array([np.linalg.norm(palette - colour, axis=1).argmin() for colour in _rgb(colours)], dtype=np.uint8)
    picture = Image.fromarray(nearest[where].reshape(pixels.shape), "P")
    picture.putpalette(palette.astype(np.uint8).tobytes())
    return picture


def _rgb(colours: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.float64)


def _narrow(picture: Image.Image) -> Image.Image:
    if picture.width <= ANIMATION_WIDTH_PX:
        return picture
    height = picture.height * ANIMATION_WIDTH_PX // picture.width
    return picture.convert("RGB").resize((ANIMATION_WIDTH_PX, height), Image.Resampling.LANCZOS)


def main() -> None:
    for path in map(Path, sys.argv[1:]):
        before = path.stat().st_size
        with Image.open(path) as picture:
            frames = [
                (frame.convert("RGB"), frame.info.get("duration", 0) / 1000)
                for frame in ImageSequence.Iterator(picture)
            ]
        if path.suffix == ".gif":
            save_animation(frames, path)
        else:
            save_picture(frames[0][0], path)
        print(f"{path.name}: {before / 1000:,.0f} kB, now {path.stat().st_size / 1000:,.0f} kB")


if __name__ == "__main__":
    main()
