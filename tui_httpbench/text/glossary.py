"""The words of this program, each with what it means: for the help in the app, and for docs/glossary.md."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """A word, or several for one thing, and what it means in a sentence or two of plain English."""

    word: str
    meaning: str


GLOSSARY: tuple[Word, ...] = (
    Word("mode", "One way to use one library, such as httpx-client: the same few lines of code for every request."),
    Word("lane", "One competitor of a run: a mode, or a mode with a variant, such as httpx-client@new."),
    Word("variant", "Another version, checkout, Python or event loop that a mode also runs with: httpx-client@new."),
    Word(
        "kept",
        "The client is made once and keeps its connections open for later requests (keep-alive).",
    ),
    Word(
        "each",
        "A new client, and with it a new connection, for every request: requests, httpx, and names with -each.",
    ),
    Word("pool", "The open connections that a client keeps, to use them again."),
    Word("in flight", "Requests that were sent and are not answered yet: how many a mode has under way at once."),
    Word(
        "profile", "The settings of the clients: equal gives all the same, defaults leaves each as its library comes."
    ),
    Word("target", "The server that is asked: your URL, or the embedded target, which comes with the program."),
    Word("scenario", "How the embedded target behaves: its distance, TLS, speed and page."),
    Word("distance", "How far away the target seems: the milliseconds that a round trip takes."),
    Word("round trip", "The way to the server and back. A new connection costs one, a TLS handshake one more."),
    Word("probe", "One request of each mode before the rounds, to see whether all modes get the same answer."),
    Word("warm-up", "Three requests of each mode at the start of a round, which do not count."),
    Word("round", "Every mode does its load once, in a fresh process of its own. Rounds are what is compared."),
    Word("slice", "A turn of some hundredths of a second. In a round, the modes take turns, slice by slice."),
    Word("budget", "The seconds that a run may take. It ends sooner where the ranking is decided."),
    Word(
        "time per request", "The measured seconds, divided by the requests. With 10 in flight, a tenth of the latency."
    ),
    Word("latency", "How long one request takes, from its start to the end of its answer."),
    Word("percentile", "p99 = 20 ms: 99 of 100 requests took at most 20 ms. The median is p50, half of them."),
    Word("interval", "Where the true value lies, in 95 of 100 runs. More rounds make it narrower."),
    Word("sure", "The whole interval is on one side of “equally fast”: the difference is real."),
    Word("unsure", "The interval leaves both open, faster and slower. More rounds may tell."),
    Word("tied", "Not told apart yet, or the same within 3 %. Tied modes share a place, such as 2=."),
    Word("other work", "A mode marked ≠ did not do what most did: another answer, HTTP version or request."),
    Word("sweep", "The same run at several values of one setting, such as 1, 10 and 100 in flight, drawn as curves."),
    Word("retention", "In a sweep, the requests/s at the last value over those at the first: ×0.5 is half of them."),
    Word("waiting for its turn", "The request is ready, but the process is busy with the others in flight."),
    Word(
        "waiting for a CPU",
        "The client could go on, but other programs, or other threads of its own, have the processor.",
    ),
)
"""In the order in which one word leads to the next."""
