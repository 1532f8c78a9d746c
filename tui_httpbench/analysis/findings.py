"""What is doubted about a run, or differs between its modes: programs go by the id, people by the text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FindingKind:
    """What all findings of one id have in common.

    ``meaning`` is one sentence; ``is_other_work`` tells that the modes named did not do the same work as the others.
    """

    meaning: str
    is_other_work: bool = False


# Above each group, the modules of this folder that make such findings.
FINDINGS = {
    # What became of the run: summary.py
    "ended-early": FindingKind("The run could not go on, and ended before its time."),
    "rate-limited": FindingKind("Another machine answered a whole round with 429 or 503 alone, so the run ended."),
    "interrupted": FindingKind("The program was ended in the middle of the run, whose files were recovered later."),
    "all-failed": FindingKind("Before the rounds, every mode failed: with the same bad status, or without an answer."),
    "samples-dropped": FindingKind(
        "The history keeps no single requests of this run any more: latency curves and the replay are missing."
    ),
    "credentials-left-out": FindingKind("The plan lacks headers with credentials, which no file keeps."),
    "mode-failed": FindingKind("The mode's client could not be imported or built, so it measured nothing."),
    "mode-crashed": FindingKind("The mode's process died, or needed more memory than it may have."),
    "mode-hung": FindingKind("The mode made no progress for longer than its timeout allows, and was ended."),
    # Differences in work. What came back: answers.py, addresses.py; in the rounds: round_answers.py. What was sent:
    # sent_requests.py, sent_headers.py. How clients are set: settings_differences.py. What became of connections:
    # unkept.py, late_answers.py, late_connects.py. Where redirects lead: elsewhere.py.
    "no-answer": FindingKind("The mode got no answer to its probe; others did.", is_other_work=True),
    "other-status": FindingKind("The mode got another status than most of those that succeeded.", is_other_work=True),
    "other-url": FindingKind(
        "The mode asked for another URL than most, or ended at another after redirects.", is_other_work=True
    ),
    "other-http-version": FindingKind("The mode spoke another version of HTTP than most.", is_other_work=True),
    "other-address": FindingKind("The mode connected over another version of IP than most.", is_other_work=True),
    "other-body": FindingKind("The mode got another body than most, by its length or its content.", is_other_work=True),
    "other-answers": FindingKind(
        "In the rounds, the mode got other statuses or lengths of bodies than most.", is_other_work=True
    ),
    "changing-body": FindingKind("One mode's own answers differ, in body, status or URL: the server changes them."),
    "other-method": FindingKind(
        "The mode sent another method than was asked for, or after a redirect than most.", is_other_work=True
    ),
    "other-sent-body": FindingKind(
        "The mode sent another body than was asked for, or after a redirect than most.", is_other_work=True
    ),
    "chunked-upload": FindingKind("The mode sent its body in chunks, where most told its length."),
    "missing-header": FindingKind("A header that every mode was told to send was not sent.", is_other_work=True),
    "other-header": FindingKind(
        "A header was sent with another value than was asked for, or than by most, as after a redirect.",
        is_other_work=True,
    ),
    "unasked-header": FindingKind(
        "The mode sent a header that nobody asked for, such as credentials or a Content-Type.", is_other_work=True
    ),
    "other-accept-encoding": FindingKind("The mode accepts other encodings than most.", is_other_work=True),
    "other-proxy": FindingKind(
        "The mode went through another proxy than most, or through one alone.", is_other_work=True
    ),
    "failed-proxy": FindingKind("The mode got no answer through the proxy that the environment names."),
    "kept-cookies": FindingKind(
        "The mode keeps the server's cookies and sends them again; others don't.", is_other_work=True
    ),
    "repeated-requests": FindingKind(
        "The mode sends again by itself what other modes report as failed.", is_other_work=True
    ),
    "unkept-connections": FindingKind(
        "The mode keeps its client, but opened a connection for nearly every request all the same."
    ),
    "late-answers": FindingKind(
        "Answers came some 40 ms later over kept connections than over new ones: acknowledgements are delayed."
    ),
    "late-connects": FindingKind(
        "Requests with a new connection took a second longer: the server's queue of connections looks full."
    ),
    "redirected-elsewhere": FindingKind("Redirects lead to another server than the one that the URL names."),
    "credentials-elsewhere": FindingKind("The mode sent a header with credentials along to such a server."),
    # What was asked for: summary.py
    "body-with-get": FindingKind("A GET or HEAD request has a body, which servers may ignore."),
    "unchecked-certificates": FindingKind("Certificates were not checked, which spares some clients much work."),
    "no-http2": FindingKind("A mode made for HTTP/2 spoke an older version, since the server offered no other."),
    # Variants: variant_findings.py
    "variants-alike": FindingKind("Two variants of a mode ran the same, so that they differ by chance alone."),
    "other-dependencies": FindingKind("Variants of a mode differ in packages that its speed depends on."),
    "loop-unused": FindingKind("A variant's event loop does not apply, since the mode is sync."),
    # The rounds: few_rounds.py, erratic.py, doubts.py
    "few-rounds": FindingKind("Fewer rounds are complete than a ranking needs."),
    "left-out-rounds": FindingKind("Rounds are so far off the others that the ranking takes them for ruined."),
    "erratic-rounds": FindingKind(
        "The mode's rounds spread so much wider than those of most that it has no place in the ranking."
    ),
    "slow-first-round": FindingKind("The first round took longer than the later ones let expect."),
    "outlier-rounds": FindingKind("Rounds are far off the others of their mode."),
    "drift": FindingKind("Over the run, all modes became slower or faster together."),
    # The machine, the target and the libraries: doubts.py, foreign_requests.py
    "machine-slept": FindingKind("The machine was suspended in the middle of the run."),
    "busy-machine": FindingKind("Other processes used more than a tenth of the processors."),
    "powersave-governor": FindingKind("The processor's frequency governor saves power."),
    "busy-target": FindingKind("The embedded target used more processor time than the client."),
    "foreign-requests": FindingKind("Another program on this machine sent requests to the embedded target."),
    "replaced-library": FindingKind("A library is not what is installed: its version, its files or its functions."),
    "without-c-parts": FindingKind("A library runs without its parts in C, which make it several times as fast."),
    # The load: load_doubts.py
    "littles-law": FindingKind("Mean latency × throughput is off the number of requests in flight."),
    "running-dry": FindingKind("The measured seconds are few for requests that wait long, so fewer were in flight."),
    "short-duration": FindingKind("The measured seconds are fewer than one request takes."),
    # Many hosts: hosts_findings.py
    "host-left-out": FindingKind("A host measured nothing, or not to its end, and is left out of what is said of all."),
    "host-cut-short": FindingKind("A host was cut short with the run as such, unlike others: its whole rounds count."),
    "one-host": FindingKind("Only one host counts, so that there is no mean over hosts."),
    "hosts-share-machine": FindingKind("Hosts are one machine, and so one opinion."),
    "host-stands-out": FindingKind("On a host, two modes compare otherwise than on all others, by more than chance."),
    "host-differs": FindingKind("On a host, something is otherwise than on the machine that asked, such as a version."),
}
"""Every id that a finding can have."""

ENDS_EARLY = ("interrupted", "ended-early", "rate-limited")
"""The ids that say why a run ended before its time, other than by its user."""


@dataclass(frozen=True)
class Finding:
    """What is doubted or differs, in a sentence or two; ``modes`` are those that it is about, none where it is all.

    Raises ValueError for an id that ``FINDINGS`` lacks.
    """

    id: str
    text: str
    modes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Checks the id."""
        if self.id not in FINDINGS:
            raise ValueError(f"{self.id!r} is no finding's id; declare it in FINDINGS.")

    @property
    def is_other_work(self) -> bool:
        """Whether it says that its modes did not do the same work as the others."""
        return FINDINGS[self.id].is_other_work
