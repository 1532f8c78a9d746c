"""Draws screens that were saved as SVG as PNGs, with an installed monospace font.

Run by hand, with the ``dev`` extra installed: python screenshots/draw.py [FILE.svg…] [--to FOLDER]

Without a file: all snapshots of the tests that differ from the last commit, each beside what it was before.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
from pathlib import Path

import resvg_py
from PIL import Image

ROOT = Path(__file__).parents[1]
SNAPSHOTS = "tests/tui/__snapshots__"
FONT = "DejaVu Sans Mono"
GAP_PX = 20


def picture_of(svg: str) -> Image.Image:
    """A saved screen, drawn."""
    # The web font can't be loaded here, and only an installed family draws every character in its cell.
    plain = re.sub(r"@font-face\s*{.*?}", "", svg, flags=re.DOTALL).replace("Fira Code", FONT)
    return Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=plain, font_family=FONT)))).convert("RGB")


def side_by_side(before: Image.Image, after: Image.Image) -> Image.Image:
    """Two pictures in one, for the eye to go from one to the other."""
    size = before.width + GAP_PX + after.width, max(before.height, after.height)
    both = Image.new("RGB", size, "white")
    both.paste(before, (0, 0))
    both.paste(after, (before.width + GAP_PX, 0))
    return both


def changed_snapshots() -> list[Path]:
    """The snapshots that are new or differ from the last commit; paths within the tree."""
    changed = _git("diff", "--name-only", "--diff-filter=d", "HEAD", "--", SNAPSHOTS)
    new = _git("ls-files", "--others", "--exclude-standard", "--", SNAPSHOTS)
    return [Path(name) for name in (changed + new).splitlines()]


def before_and_after(snapshot: Path) -> Image.Image:
    """A snapshot beside the one of the last commit, or alone where it is new."""
    after = picture_of((ROOT / snapshot).read_text(encoding="utf-8"))
    if not _git("ls-tree", "HEAD", "--", snapshot.as_posix()):
        return after
    return side_by_side(picture_of(_git("show", f"HEAD:{snapshot.as_posix()}")), after)


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def main() -> None:
    parser = argparse.ArgumentParser(description="draw saved screens as PNG")
    parser.add_argument("files", nargs="*", type=Path, help="SVGs (default: the snapshots that changed)")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "pictures", help="folder of the PNGs")
    arguments = parser.parse_args()
    pictures = {path.stem: picture_of(path.read_text(encoding="utf-8")) for path in arguments.files}
    if not arguments.files:
        pictures = {f"{path.parent.name}-{path.stem}": before_and_after(path) for path in changed_snapshots()}
    if not pictures:
        print("No snapshot differs from the last commit.")
        return
    arguments.to.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        picture.save(arguments.to / f"{name}.png")
        print(arguments.to / f"{name}.png")


if __name__ == "__main__":
    main()
