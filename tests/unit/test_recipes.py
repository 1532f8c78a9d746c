"""What environments hold, when they are the same, who may remove them, and why they can't be made."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest
from support.packages import make_checkout, make_wheel

from tui_httpbench.clients.catalog import MODES
from tui_httpbench.environments.contents import digest_of
from tui_httpbench.environments.failure import kind_of, sentence_of
from tui_httpbench.environments.installer import Installer, installing_environment, venv_and_pip
from tui_httpbench.environments.recipe import Recipe, recipe_for
from tui_httpbench.environments.store import About, Store
from tui_httpbench.files.file_lock import FileLock
from tui_httpbench.plan.requirement import parse_requirement
from tui_httpbench.plan.variants import parse_variant

FOLDER = Path("/cache/environments")


def test_this_environment_serves_a_plain_variant() -> None:
    for label in ("new=", "std=loop=asyncio"):
        assert recipe_for(parse_variant(label), MODES["aiohttp"]) is None
    assert recipe_for(None, MODES["aiohttp"]) is None


def test_a_recipe_changes_what_the_variant_names_and_nothing_else() -> None:
    recipe = recipe_for(parse_variant("old=httpx==0.27.2"), MODES["httpx-client"])
    assert recipe is not None
    # The modes of a library share an environment, so all that one of them needs is in it.
    assert [each.for_pip for each in recipe.requirements] == ["httpx[http2]==0.27.2"]
    assert f"httpcore=={version('httpcore')}" in recipe.pins
    assert not any(pin.startswith("httpx==") for pin in recipe.pins)
    assert recipe.is_exact
    other = recipe_for(parse_variant("a=python=3.13"), MODES["requests-session"])
    assert other is not None
    assert other.in_words == "requests for Python 3.13"
    assert f"requests=={version('requests')}" in other.pins
    assert other.is_exact
    assert recipe_for(parse_variant("a=python=3.13"), MODES["http.client"]) == Recipe("3.13")
    assert Recipe("3.13").in_words == "nothing but Python 3.13"


def test_a_library_that_is_not_installed_gets_an_environment(absent_mode: str) -> None:
    recipe = recipe_for(None, MODES[absent_mode])
    assert recipe is not None
    assert recipe.what == "absent-client"
    assert not recipe.is_exact


def test_the_digest_of_a_checkout_changes_with_what_counts(tmp_path: Path) -> None:
    folder = make_checkout(tmp_path / "a", "tiny", "code")
    before = digest_of(folder)
    for left_over in (".git/HEAD", "build/lib/tiny.py", "tiny.egg-info/PKG-INFO", "__pycache__/tiny.pyc", ".tox/x"):
        path = folder / left_over
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("left over")
    (folder / "environment").mkdir()
    (folder / "environment" / "pyvenv.cfg").touch()
    assert digest_of(folder) == before
    assert digest_of(make_checkout(tmp_path / "b", "tiny", "code")) == before
    (folder / "new.py").touch()
    assert digest_of(folder) != before
    (folder / "new.py").unlink()
    (folder / "tiny.py").write_text("edoc")
    assert digest_of(folder) != before
    assert digest_of(make_wheel(tmp_path, "x", "1", "a")) != digest_of(make_wheel(tmp_path, "x", "2", "a"))


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_version_from_git_is_part_of_what_a_checkout_holds(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    folder = make_checkout(root, "tiny", "code") and make_checkout(root / "package", "tiny", "code")

    def git(*words: str, where: Path = root) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *words], cwd=where, check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    git("tag", "v1")
    plain = digest_of(folder)
    git("tag", "v2")
    assert digest_of(folder) == plain, "nothing in its build asks git"

    (folder / "setup.cfg").write_text("[options]\nsetup_requires = setuptools_scm\n")
    seen = [digest_of(folder)]
    git("tag", "-a", "v3", "-m", "three")
    seen.append(digest_of(folder))
    git("pack-refs", "--all")
    assert digest_of(folder) == seen[-1]
    git("tag", "-d", "v3")
    assert digest_of(folder) == seen[0]
    git("commit", "--allow-empty", "-m", "two")
    seen.append(digest_of(folder))
    git("worktree", "add", str(tmp_path / "other"), "v1")
    other = tmp_path / "other" / "package"
    shutil.copy(folder / "setup.cfg", other)
    assert digest_of(other) == seen[0], "of the same commit, with the same tags"
    git("tag", "v4", where=other)
    seen.append(digest_of(folder))
    assert len(set(seen)) == len(seen)


def test_an_environment_in_use_is_not_removed(tmp_path: Path) -> None:
    store = Store(tmp_path / "environments")
    for key in ("aaaa", "bbbb"):
        made = tmp_path / key
        made.mkdir()
        store.install(made, About(key, ("tiny==1.0",), (), "CPython 3.13.0", "", "uv", 0.0, 5))
    (store.folder / "cccc.new-1" / "env").mkdir(parents=True)
    (store.folder / "aaaa.use-dead").touch()
    release = store.use("aaaa")
    gone, stay = store.clear()
    assert ([each.key for each in gone], [each.key for each in stay]) == (["bbbb"], ["aaaa"])
    assert stay[0].about is not None
    assert stay[0].about.in_words == "tiny==1.0"
    release()
    assert [each.key for each in store.clear()[0]] == ["aaaa"]
    assert not store.folder.exists()
    assert store.kept() == ()


def test_only_what_nobody_holds_is_cleared(tmp_path: Path) -> None:
    store = Store(tmp_path / "environments")
    store.lock("free").release()
    held = store.lock("held")
    store.log_of("free").write_text("why")
    store.clear()
    assert [path.name for path in (store.folder / "locks").iterdir()] == ["held"]
    with pytest.raises(BlockingIOError):
        store.lock("held")
    held.release()
    if sys.platform == "win32":
        return  # no open file goes there
    # One that waits for a lock whose file is removed meanwhile gets that of the file that is there then.
    waited = store.lock("held")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(FileLock, store.folder / "locks" / "held", waits=True)
        (store.folder / "locks" / "held").unlink()
        waited.release()
        got = waiting.result(timeout=20)
    with pytest.raises(BlockingIOError):
        store.lock("held")
    got.release()


@pytest.mark.parametrize(
    ("kind", "printed", "sentence"),
    [
        (
            "cant-resolve",
            "error: No solution found when resolving dependencies\n"
            "  cause: Because there is no version of httpx==9.9.9 and you require httpx==9.9.9, we can conclude that "
            "your requirements are unsatisfiable.",
            "httpx can't be had: there is no version of httpx==9.9.9.",
        ),
        (
            "cant-resolve",
            "error: No solution found when resolving dependencies\n"
            "  cause: Because you require httpx==0.27.2 and httpx==0.28.1, we can conclude that your requirements are "
            "unsatisfiable.",
            "httpx can't be had: you require httpx==0.27.2 and httpx==0.28.1.",
        ),
        (
            "cant-resolve",
            "ERROR: Could not find a version that satisfies the requirement httpx==9.9.9 (from versions: 0.1, 0.2)\n"
            "ERROR: No matching distribution found for httpx==9.9.9",
            "httpx can't be had: could not find a version that satisfies the requirement httpx==9.9.9.",
        ),
        (
            "no-network",
            "error: Failed to fetch: https://index.example/simple/httpx/\n"
            "  cause: error sending request for url (https://index.example/simple/httpx/)\n  cause: tcp connect error",
            "httpx can't be fetched: there is no connection to index.example;",
        ),
        (
            "no-network",
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(\"HTTPSConnection"
            "(host='index.example', port=443): Failed to establish a new connection\")': /simple/httpx/\n"
            "ERROR: Could not find a version that satisfies the requirement httpx (from versions: none)\n"
            "ERROR: No matching distribution found for httpx",
            "httpx can't be fetched: there is no connection to index.example;",
        ),
        (
            "does-not-build",
            "error: Failed to build `httpx @ file:///x`\n  cause: The build backend returned an error\n\n"
            "         [stderr]\n         gcc: no such file\n\nhint: Build failures usually indicate a problem",
            "httpx does not build: gcc: no such file (the whole log: /cache/log).",
        ),
        (
            "does-not-build",
            "error: Failed to build `x`\n  cause: The build backend returned an error\n\n  [stderr]\n"
            "  File \"<string>\", line 8, in <module>\n  ModuleNotFoundError: No module named 'nosuch'\n\n"
            "hint: `x` depends on `nosuch`. Add it:\n\n[tool.uv.extra-build-dependencies]\nx = ['nosuch']\n\nor",
            "httpx does not build: ModuleNotFoundError: No module named 'nosuch' (the whole",
        ),
        (
            "does-not-build",
            'pip._vendor.pyproject_hooks._impl.BackendUnavailable: Traceback\n  File "x.py", line 1, in f\n'
            "ModuleNotFoundError: No module named 'nosuch'\n",
            "httpx does not build: ModuleNotFoundError: No module named 'nosuch' (the whole",
        ),
        (
            "does-not-build",
            "  × Building wheel did not run successfully.\n  gcc -c m.c\n  m.c:1:10: fatal error: no.h: No such file\n"
            "      1 | #include <no.h>\n        |          ^~~~\n  compilation terminated.\n"
            "  error: Command '['gcc']' returned non-zero exit status 1.\n  [end of output]\nFailed to build httpx",
            "httpx does not build: m.c:1:10: fatal error: no.h: No such file (the whole",
        ),
        (
            "does-not-build",
            "error: Failed to build `x`\n  [stdout]\n  running build_ext\n  cc -c m.c\n\n  [stderr]\n"
            "  error: [Errno 2] No such file or directory: 'cc'\n\nhint: Build failures usually indicate a problem",
            "httpx does not build: error: [Errno 2] No such file or directory: 'cc' (the whole",
        ),
        (
            "does-not-build",
            'Failed to build `x`\n  exec(code)\n  File "<string>", line 3\n    x = = 3\n        ^\nSyntaxError: bad',
            "x = = 3 / SyntaxError: bad (the whole",
        ),
        (
            "does-not-build",
            "error: Failed to build `x`\n  cause: Failed to resolve requirements from `build-system.requires`\n"
            "  cause: No solution found: `no`\n  cause: Because no was not found in the package registry "
            "and you require no, we can conclude that your requirements are unsatisfiable.",
            "httpx does not build: what it needs for that can't be had: no was not found in the package registry (the",
        ),
        (
            "does-not-build",
            "  × pip subprocess to install build dependencies did not run successfully.\n"
            "  ERROR: Could not find a version that satisfies the requirement no (from versions: none)\n"
            "  ERROR: No matching distribution found for no\n  [end of output]\nerror: subprocess-exited-with-error",
            "what it needs for that can't be had: could not find a version that satisfies the requirement no (the",
        ),
        (
            "cant-resolve",
            "error: No solution found\n  cause: Because the current Python version (3.11.7) "
            "does not satisfy Python>=3.99 and x==1 depends on Python>=3.99, we can conclude that x==1 can't be used.\n"
            "  And because only x==1 is available and you require x, we can conclude that your requirements are "
            "unsatisfiable.",
            "httpx can't be had: the current Python version (3.11.7) does not satisfy Python>=3.99 and x==1 depends on "
            "Python>=3.99.",
        ),
        (
            "cant-resolve",
            "INFO: pip is looking\nERROR: Package 'x' requires a different Python: 3.11.7 not in '>=3.99'",
            "httpx can't be had: package 'x' requires a different Python: 3.11.7 not in '>=3.99'.",
        ),
        (
            "other",
            "error: Couldn't parse requirement in `/cache/environments/f7.new-52/requirements.txt` at position 0\n"
            "  cause: no such comparison\n  httpx=>1",
            "httpx can't be installed: Couldn't parse requirement / ",
        ),
        (
            "no-room",
            "error: failed to write to file\n  cause: No space left on device (os error 28)",
            "no room for httpx",
        ),
        ("other", "error: me:s3cret was refused by https://me:s3cret@index.example", "refused by https://***@index"),
        ("other", "", "httpx can't be installed: it printed nothing"),
    ],
)
def test_what_uv_and_pip_print_becomes_a_sentence(kind: str, printed: str, sentence: str) -> None:
    lines = printed.splitlines()
    assert kind_of(1, lines) == kind
    assert sentence in sentence_of(kind, "httpx", lines, Path("/cache/log"), FOLDER)


def test_uv_and_pip_keep_their_settings_but_not_what_diverts_them(tmp_path: Path) -> None:
    given = {"UV_INDEX_URL": "https://mine", "PIP_TARGET": "/elsewhere", "VIRTUAL_ENV": "/venv", "PIP_RETRIES": "7"}
    kept = installing_environment(given, tmp_path)
    assert kept["UV_INDEX_URL"] == "https://mine"
    assert kept["PIP_RETRIES"] == "7"
    assert not {"PIP_TARGET", "VIRTUAL_ENV"} & set(kept)
    assert kept["TMPDIR"].startswith(str(tmp_path))


def test_without_uv_there_is_pip() -> None:
    installer = venv_and_pip()
    assert (installer.name, Installer("/bin/uv").name) == ("pip", "uv")
    assert installer.make(sys.executable, FOLDER)[1:3] == ["-m", "venv"]


def test_requirements_that_stay_open_are_told_from_exact_ones() -> None:
    for text, is_exact in (("httpx", False), ("httpx>=0.27", False), ("httpx==0.27.*", False), ("httpx==0.27", True)):
        assert Recipe("", (parse_requirement(text),)).is_exact is is_exact
    assert not Recipe("", (parse_requirement("httpx @ git+https://host/httpx"),)).is_exact
