"""A run on many hosts as JSON: the document of a run, whose results stand in ``hosts``, by host and by pair."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.hosts import HostResult, HostsResult
from tui_httpbench.analysis.hosts_pairs import MeanRatio, PairOverHosts, Standing
from tui_httpbench.analysis.hosts_words import conclusion_of, flip_in_words, mean_in_words, sentences_of
from tui_httpbench.report.json_report import only_finite
from tui_httpbench.report.json_report import to_dict as run_to_dict

_INDENTED = 4
"""How deep lists and objects are indented: the document, hosts, runs, a run, its modes."""
_OF_RUNS = ("environment", "modes", "ranking", "ranking_cpu", "conclusion", "findings")


def to_dict(result: HostsResult) -> dict[str, Any]:
    """The run as plain lists, dictionaries, strings and finite numbers.

    The keys are those of a run; what differs between hosts is empty or null on top and stands in ``hosts``, but for the
    environment, which is that of the first host that measured.
    """
    document = {
        **run_to_dict(result.as_run),
        "modes": [],
        "ranking": [],
        "ranking_cpu": [],
        "comparisons": [],
        "gate": None,
        "changes": [],
        "conclusion": conclusion_of(result),
        "findings": [_finding(finding) for finding in result.findings],
        "warnings": [finding.text for finding in result.findings],
        "differences": [
            {"text": finding.text, "modes": list(finding.modes)} for finding in result.findings if finding.is_other_work
        ],
        "article": None,
        "scripts": [],
        "hosts": {
            "machines": len(set(result.pairs.machines)),
            "sentences": list(sentences_of(result)),
            "lanes": list(result.lanes),
            "runs": [_run(result, host) for host in result.hosts],
            "pairs": [_pair(pair) for pair in result.pairs.all],
            "standing_out": [
                {
                    "hosts": list(each.hosts),
                    "first": each.pair.first,
                    "second": each.pair.second,
                    "ratio": each.ratio,
                    "others": each.others,
                }
                for each in result.pairs.standing_out
            ],
        },
    }
    finite: dict[str, Any] = only_finite(document)
    return finite


def to_text(result: HostsResult) -> str:
    """``to_dict`` as ASCII text that ends in a line break, indented; a mode of a host is one line."""
    return f"{_indented(to_dict(result))}\n"


def parts_of(result: HostsResult) -> Iterator[str]:
    """The same in one piece."""
    yield to_text(result)


def _indented(value: Any, depth: int = 0) -> str:
    if depth > _INDENTED or not value or not isinstance(value, dict | list | tuple):
        # The encoder that knows no indents is several times as fast, and 200 hosts have a million lines with them.
        return json.dumps(value, allow_nan=False)
    pad = "  " * depth
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {_indented(part, depth + 1)}" for key, part in value.items()]
        opening, closing = "{", "}"
    else:
        parts = [_indented(part, depth + 1) for part in value]
        opening, closing = "[", "]"
    return f"{opening}\n{pad}  " + f",\n{pad}  ".join(parts) + f"\n{pad}{closing}"


def _finding(finding: Finding) -> dict[str, Any]:
    return {"id": finding.id, "text": finding.text, "modes": list(finding.modes)}


def _run(result: HostsResult, host: HostResult) -> dict[str, Any]:
    told = host.run.host
    place = result.first_places.get(host.name)
    own = None if host.result is None else run_to_dict(host.result, only=_OF_RUNS)
    return {
        "name": told.name,
        "address": told.address or None,
        "python": told.python or None,
        "package": told.package or None,
        "versions": told.versions,
        "shares": list(told.shares),
        "clock_off_s": told.clock_off_s,
        "notes": list(host.run.notes),
        "trouble": host.run.trouble or None,
        "counts": not host.why_left_out,
        "first": [] if place is None else list(place.lanes),
        "first_sure": None if place is None else place.is_sure,
        **({key: own[key] for key in _OF_RUNS} if own is not None else dict.fromkeys(_OF_RUNS)),
    }


def _pair(pair: PairOverHosts) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "order": pair.order,
        "flips": pair.order == "flips",
        "text": flip_in_words(pair) or mean_in_words(pair) or None,
        "mean": None if pair.mean is None else _mean(pair, pair.mean),
        "hosts": [
            {
                "host": each.host,
                "ratio": each.ratio,
                "ratio_interval": (each.low, each.high),
                "log_ratio_error": None if each.variance is None else math.sqrt(each.variance),
                "faster": _faster(pair, each.standing),
                "verdict": each.standing if each.standing in ("same", "unsure") else "faster",
            }
            for each in pair.on_hosts
        ],
    }


def _mean(pair: PairOverHosts, mean: MeanRatio) -> dict[str, Any]:
    told = asdict(mean)
    return {
        "machines": told["machines"],
        "ratio": told["ratio"],
        "ratio_interval": (mean.low, mean.high),
        "prediction_interval": mean.expected,
        "i2": told["i2"],
        "tau": told["spread"],
        "faster": _faster(pair, mean.standing),
        "verdict": mean.standing if mean.standing in ("same", "unsure") else "faster",
    }


def _faster(pair: PairOverHosts, standing: Standing) -> str | None:
    """The lane that is surely faster; None where none is."""
    return {"first": pair.first, "second": pair.second}.get(standing)
