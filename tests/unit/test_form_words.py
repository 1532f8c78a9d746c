"""The app names the form's fields where reports name options, and changes nothing else."""

from __future__ import annotations

import pytest

from tui_httpbench.tui.form_words import in_form_words


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("give -r 3, which takes about 6 s, or -z 2", "press + for more rounds, or Seconds 2"),
        ("give -z 2, or lower -c", "set Seconds to 2, or lower In flight"),
        ("lower -c, -n or -z.", "lower In flight, Requests or Seconds."),
        ("give -r 5 or a larger --budget", "press + for more rounds"),
        ("choose a method, -X POST.", "choose a method, Method POST."),
        ("another body, -d or --json-body", "another body, Body"),
        ("--cacert FILE trusts it", "PEM file trusts it"),
        ("Certificates were not checked (--insecure)", "Certificates were not checked (--insecure)"),
        (
            "take 2.9 times as long (2.2 to 3.8), the same or the same",
            "take 2.9 times as long (2.2 to 3.8), the same or the same",
        ),
        ("a-z -zig", "a-z -zig"),
    ],
)
def test_options_become_fields(told: str, shown: str) -> None:
    assert in_form_words(told) == shown
