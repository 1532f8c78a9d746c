"""Shell completion: in a real bash, and scripts for the other shells that hold what the program knows."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tui_httpbench.clients.catalog import MODES
from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.completion import SHELLS, script
from tui_httpbench.commands.names import COMMANDS
from tui_httpbench.commands.option_values import UsageError
from tui_httpbench.plan.fields import FIELDS
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.plan.scenario import SCENARIOS

RUN_OPTIONS = {name for name in Parser("run")._option_string_actions if name.startswith("--")}
ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_shtab_httpbench_tui httpbench-tui "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["r"], {"run", "recover"}),
        (["run", "--pre"], {"--preset"}),
        (["run", "--preset", ""], set(PRESETS)),
        (["run", "-m", "requests"], {"requests", "requests-session"}),
        (["--scen"], {"--scenario"}),
        (["run", "--profile", "e"], {"equal"}),
        (["run", "--scenario", ""], set(SCENARIOS)),
        (["target", "--scenario", "b"], {"busy"}),
        (["run", "--"], RUN_OPTIONS),
        (["completion", ""], set(SHELLS)),
    ],
)
def test_bash_completes_commands_options_and_values(tmp_path: Path, words: list[str], offered: set[str]) -> None:
    path = tmp_path / "completion.bash"
    path.write_text(script("bash"))
    done = subprocess.run(
        ["bash", "-c", ASK, "bash", str(path), "httpbench-tui", *words], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_each_script_knows_commands_modes_and_options(shell: str) -> None:
    text = script(shell)
    options = [flag.lstrip("-") for field in FIELDS.values() for flag in field.flags]
    for word in (*COMMANDS, *MODES, *options):
        assert word in text
    if shutil.which(shell):
        assert subprocess.run([shell, "-n"], input=text, text=True).returncode == 0


def test_another_shell_is_refused_in_a_sentence() -> None:
    with pytest.raises(UsageError, match="no completion for 'ksh'; write bash, zsh or fish"):
        script("ksh")
