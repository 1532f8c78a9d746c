"""Numbers and foreign text in reports: short, and never more digits than were measured."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from tui_httpbench.text.hiding import ANYONES
from tui_httpbench.text.quoting import printable

UNKNOWN = "–"
WIDE_BOUND = 10_000


def format_rate(per_second: float) -> str:
    """A throughput to three digits at least: ``2,411``, ``38.2``, ``0.50``."""
    return _three_digits(per_second)


def format_ms(milliseconds: float) -> str:
    """A latency in milliseconds, without the unit: ``1,234``, ``12.3``, ``0.87``."""
    return _three_digits(milliseconds)


def format_ratio(ratio: float) -> str:
    """How many times slower: ``×1.00``, ``×12.3``, ``×196``."""
    return f"×{_three_digits(ratio)}"


def format_figure(number: float) -> str:
    """Any other measured number, three digits at least: ``1,234``, ``12.3``, ``0.87``."""
    return _three_digits(number)


def format_times(ratio: float) -> str:
    """How many times as long, in a sentence: ``1.04``, ``12.3``, ``0.0051``, ``10,000+``."""
    return f"{WIDE_BOUND:,}+" if ratio >= WIDE_BOUND else _three_digits(ratio) if ratio >= 0.1 else f"{ratio:.2g}"


def format_bounded_times(ratio: float) -> str:
    """The same of a ratio with bounds, or of one of these, with a digit more where it would read as 1.

    On which side of that it lies is what decides.
    """
    return _bound(ratio) if 0.1 <= ratio < WIDE_BOUND else format_times(ratio)


def bounds_in_words(low: float, high: float) -> str:
    """Both bounds of a ratio, behind it: `` (0.96 to 1.31)``; nothing where they are so wide that they say nothing."""
    if not low or high >= low * WIDE_BOUND:
        return ""
    return f" ({format_bounded_times(low)} to {format_bounded_times(high)})"


def times_as_fast(ratio: float, low: float, high: float, than: str = "") -> str:
    """A ratio of times and its bounds, all turned over: ``50 times as fast as httpx (39 to 62)``.

    Without bounds where these say nothing.
    """
    bounds = bounds_in_words(1 / high, 1 / low) if low else ""
    return f"{format_bounded_times(1 / ratio)} times as fast{than and f' as {than}'}{bounds}"


def format_count(number: float) -> str:
    """How many there are, or are on average: ``23``, ``2.50``."""
    return f"{number:,.0f}" if number == round(number) else format_figure(number)


def format_interval(low: float, high: float) -> str:
    """The bounds of a ratio: ``2.45–2.71``, ``0.12–10,000+`` where the upper one says little; a dash where unknown."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return UNKNOWN
    if low >= WIDE_BOUND:
        return f"{WIDE_BOUND:,}+"
    return f"{_bound(low)}–{f'{WIDE_BOUND:,}+' if high >= WIDE_BOUND else _bound(high)}"


def _bound(ratio: float) -> str:
    """With a digit more where it would read as 1: on which side of that it lies is what decides."""
    text = _three_digits(ratio)
    return f"{ratio:.3f}" if text == "1.00" and ratio != 1 else text


def format_percent(share: float) -> str:
    """A share as per cent: ``3 %``, ``0.5 %``, ``72 %``."""
    return f"{share * 100:.2g} %" if share < 0.995 else f"{share * 100:.0f} %"


def format_clock(seconds: float) -> str:
    """A time of the clock: ``0:12``, ``1:02:03`` from an hour on."""
    minutes, whole_seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{whole_seconds:02}" if hours else f"{minutes}:{whole_seconds:02}"


def format_duration(seconds: float) -> str:
    """A length of time as it was asked for: ``0.35 s``, ``2 s``, ``5 ms``."""
    return (
        f"{seconds:.3g} s"
        if 0.1 <= seconds < 1_000
        else f"{seconds:,.0f} s"
        if seconds >= 1
        else f"{seconds * 1e3:.3g} ms"
    )


def rough_time(seconds: float) -> str:
    """A time that is only roughly known: ``8 s``, ``40 s``, ``2 min``."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    return f"{5 * round(seconds / 5)} s" if seconds < 58 else f"{round(seconds / 60)} min"


def format_wait(seconds: float, *, exact: bool = True) -> str:
    """A time to come in the two units that matter, rounded up: ``27 s``, ``1 min 20 s``, ``1 h 5 min``.

    Unless ``exact``, it is rounded up to ten seconds from a minute on.
    """
    if seconds >= 3_600:
        minutes = math.ceil(seconds / 60)
        return _joined(minutes // 60, "h", minutes % 60, "min")
    step = 1 if exact or seconds <= 60 else 10
    whole = math.ceil(seconds / step) * step
    if whole >= 3_600:
        return "1 h"
    return _joined(whole // 60, "min", whole % 60, "s") if whole >= 60 else f"{max(whole, 1)} s"


def _joined(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"


def format_bytes(size: float) -> str:
    """The size of files: ``830 kB``, ``12 MB``, ``1.4 GB``."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if size >= 0.9995 * scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size / 1e3:.0f} kB"


def format_age(age_s: float) -> str:
    """How long ago something was: ``just now``, ``1 minute ago``, ``3 hours ago``, ``12 days ago``."""
    for unit, length_s in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if age_s >= length_s:
            return f"{plural(int(age_s // length_s), unit)} ago"
    return "just now"


def plural(count: int, noun: str) -> str:
    """A number and its noun: ``1 error``, ``3,000 errors``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def plural_range(counts: Collection[int], noun: str) -> str:
    """Numbers and their noun: ``5 rounds`` where all are the same, ``2 to 4 rounds`` where not."""
    few, many = min(counts), max(counts)
    return plural(many, noun) if few == many else f"{few:,} to {many:,} {noun}s"


def enumerate_names(names: Sequence[str]) -> str:
    """Names in a sentence: ``a``, ``a and b``, ``a, b and c``; empty for none."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def enumerate_first(names: Sequence[str], most: int) -> str:
    """The first names in a sentence, and how many more there are: ``a, b and 3 more``.

    A single one more is named: to count it is no shorter.
    """
    more = len(names) - most
    return enumerate_names([*names[:most], f"{more} more"] if more > 1 else names)


def undecided_pairs_within(pairs: Sequence[tuple[str, str]], columns: int) -> str | None:
    """The pairs that can't be told apart, as many as fit, and how many more; None where not even one fits."""
    names = [f"{upper} – {lower}" for upper, lower in pairs]
    for shown in range(len(names), 0, -1):
        rest = f" and {len(names) - shown} more" if shown < len(names) else ""
        line = f"undecided: {', '.join(names[:shown])}{rest}"
        if len(line) <= columns:
            return line
    return None


def reason_of(error: OSError | ValueError) -> str:
    """Why a file could not be used, as the end of a sentence without its full stop."""
    text = (error.strerror if isinstance(error, OSError) else str(error)) or str(error)
    return printable(text[:1].lower() + text[1:].rstrip("."))


def complaint(text: str) -> str:
    """A sentence for standard error, with the program's name before it."""
    return f"httpbench-tui: {printable(ANYONES.hide(text))}"


def _three_digits(number: float) -> str:
    decimals = 0 if number >= 99.95 else 1 if number >= 9.995 else 2
    return f"{number:,.{decimals}f}"
