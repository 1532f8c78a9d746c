"""Variants as people write them: what they mean, which modes they concern, and what is wrong with others."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from support.packages import make_checkout, make_wheel

from tui_httpbench.clients.catalog import MODES
from tui_httpbench.clients.entrants import without_variants
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.lanes import with_variants
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.requirement import parse_requirement
from tui_httpbench.plan.stored import plan_from_dict, plan_to_dict
from tui_httpbench.plan.variants import parse_variant, parse_variants, split_spec

LOOP = "winloop" if sys.platform == "win32" else "uvloop"


@pytest.mark.parametrize(
    ("spec", "parts"),
    [
        ("", []),
        (" , ,", []),
        ("httpx==0.27.2,python=3.13", ["httpx==0.27.2", "python=3.13"]),
        ("httpx[http2,cli]>=0.27,<0.28,!=0.27.1,h11", ["httpx[http2,cli]>=0.27,<0.28,!=0.27.1", "h11"]),
        ("httpx ~= 0.27 , == 0.27.*,loop=uvloop", ["httpx ~= 0.27 , == 0.27.*", "loop=uvloop"]),
        ("httpx; python_version in '3.9,3.10',h11", ["httpx; python_version in '3.9,3.10'", "h11"]),
        ('httpx; (os_name == "a,b"),h11', ['httpx; (os_name == "a,b")', "h11"]),
        ("file:///a%2Cb,./c", ["file:///a%2Cb", "./c"]),
    ],
)
def test_commas_part_a_spec(spec: str, parts: list[str]) -> None:
    assert split_spec(spec) == parts


def test_a_spec_is_requirements_an_interpreter_and_a_loop() -> None:
    variant = parse_variant(f"a-1=HTTPX[HTTP2,cli] >= 0.27, <0.28,python=3.13t,loop={LOOP}")
    assert variant.label == "a-1"
    assert [each.for_pip for each in variant.requirements] == ["httpx[http2,cli]>=0.27,<0.28"]
    assert (variant.python, variant.loop) == ("3.13t", LOOP)
    assert variant.in_words == f"httpx[http2,cli]>=0.27,<0.28, python=3.13t, loop={LOOP}"
    assert parse_variant("new=").is_plain
    assert parse_variant("new=").in_words == "this environment"
    assert variant.loop_for(MODES["httpx-client"]) == ""
    assert variant.loop_for(MODES["httpx-async"]) == LOOP


def test_paths_are_known_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = make_checkout(tmp_path / "a folder", "tiny", "")
    wheel = make_wheel(tmp_path, "tiny_client", "1.0", "")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "setup.py").touch()
    monkeypatch.chdir(tmp_path)
    for text in ("./a folder[x]", f"{checkout}[x]", f"{checkout.as_uri()}[x]", f"tiny[x] @ {checkout}"):
        found = parse_requirement(text)
        assert (found.name, found.extras, found.path, found.is_exact) == ("tiny", ("x",), checkout, True)
        assert found.for_pip == f"tiny[x] @ {checkout.as_uri()}"
    comma = make_checkout(tmp_path / "my,c o", "tiny", "")
    with pytest.raises(PlanError) as error:
        parse_variant("a=httpx,./my,c o,loop=asyncio")
    assert f"'./my' is nothing to install, but there is {str(comma)!r}; write {comma.as_uri()} for" in str(error.value)
    assert parse_variant(f"a=httpx,{comma.as_uri()}").requirements[1].path == comma
    assert parse_requirement(str(wheel)).name == "tiny-client"
    assert parse_requirement("httpx @ ./old").path == tmp_path / "old"
    with pytest.raises(
        PlanError, match=r"has no name in its pyproject.toml; write it before the path, as in 'requests @"
    ):
        parse_requirement("./old")


def test_credentials_go_to_pip_and_nowhere_else() -> None:
    variant = parse_variant("a=httpx @ git+https://me:s3cret-word@host/httpx?token=abc-def@main")
    (requirement,) = variant.requirements
    assert requirement.for_pip == "httpx @ git+https://me:s3cret-word@host/httpx?token=abc-def@main"
    logged = requirement.hiding.hide("https://me:s3cret-word@host/?token=abc-def: 401 for s3cret-word and abc-def@main")
    for text in (variant.in_words, logged):
        assert "s3cret" not in text
        assert "abc-def" not in text
    with pytest.raises(PlanError) as error:
        parse_variant("a=https://me:s3cret-word@host/httpx")
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("httpx==0.27.2", "has no label; write LABEL=SPEC, as in old=httpx==0.27.2."),
        ("httpx", "has no label"),
        ("=httpx", "A variant needs a label before its ="),
        ("a b=", "The label 'a b' has a space in it; use letters, digits and . _ + -, a letter or digit first."),
        ("a@b=", "has the character @ in it"),
        ("a/b=", "has the character / in it"),
        (".a=", "begins with the character ."),
        ("a\x1b=", "has the control character U+001B in it"),
        ("a" * 31 + "=", "is longer than 30 characters; shorten it."),
        ("a=python=3.8", "Python 3.8 is too old to measure with; name 3.9 or newer."),
        ("a=python=2.7.18", "too old"),
        ("a=python=", "python= needs an interpreter"),
        ("a=python=3.9,python=3.10", "The variant 'a' has python= twice; give it once."),
        ("a=httpx==0.27.2,HTTPX", "The variant 'a' has httpx twice; give it once, and the other in a variant of"),
        ("a=here", "'here' may be a package or the checkout ./here; write ./here for the checkout, or here>=0"),
        ("a=loop=trio", "There is no event loop 'trio'; write loop=uvloop, winloop or asyncio."),
        ("a=httpx=0.27", "'httpx=0.27' is no version as pip writes it; write httpx==0.27."),
        ("a=httpx--", "is no version as pip writes it; write one such as httpx==0.28.1"),
        ("a=httpx==latest", "is no version as pip writes it: 'latest' is none; write one such as httpx==0.28.1"),
        ("a=httpx[http2", "lacks a closing ]; add it."),
        ("a=--index-url=http://h", "is an option of pip, which a variant takes none of"),
        ("a=httpx; os_name == 'x' --hash=1", "has an option of pip in it"),
        ("a=httpx\nh11", "has a control character in it; take it out."),
        ("a=./not-there", "There is no file or folder './not-there'; name a checkout's folder or a wheel."),
        ("a=.", "is no checkout that can be built: it holds none of pyproject.toml, setup.py, setup.cfg."),
        ("a=~nobody-here/x,y", "There is no file or folder '~nobody-here/x'; name a checkout's folder or a wheel."),
        ("a=./note.txt", "is neither a wheel nor a source archive"),
        ("a=https://host/httpx", "does not tell what it holds; write its name before it"),
        ("a=httpx @ https://host/a b", "has a space in it"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    text: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.txt").touch()
    make_checkout(tmp_path / "here", "other", "")
    with pytest.raises(PlanError) as error:
        parse_variant(text)
    assert sentence in str(error.value)
    assert str(error.value).isprintable()


def test_a_label_is_there_once() -> None:
    with pytest.raises(PlanError, match="The label 'a' is there twice"):
        parse_variants(["a=", "b=", "a=httpx"])
    with pytest.raises(PlanError, match="The label 'A' is there beside 'a', which differs in capitals only"):
        parse_variants(["a=", "A="])
    with pytest.raises(PlanError, match="up to 50 variants, not 51"):
        parse_variants([f"a{number}=" for number in range(51)])


@pytest.mark.parametrize(
    ("texts", "modes", "expected"),
    [
        (["old=httpx==0.27.2", "new="], "httpx-client requests", "httpx-client@old httpx-client@new requests"),
        (["std=", f"fast=loop={LOOP}"], "aiohttp requests", "aiohttp@std aiohttp@fast requests"),
        (["a=python=3.13", "b=python=3.9"], "requests", "requests@a requests@b"),
        # What a library's speed depends on concerns it, and what no library knows of concerns all.
        (["a=h11==0.14", "b="], "requests httpx-client", "requests httpx-client@a httpx-client@b"),
        (["a=brotli"], "requests aiohttp", "requests@a aiohttp@a"),
        (["a=", "b="], "requests", "requests@a requests@b"),
    ],
)
def test_a_variant_concerns_modes(texts: list[str], modes: str, expected: str) -> None:
    lanes = with_variants(modes.split(), parse_variants(texts))
    assert lanes == tuple(expected.split())
    assert with_variants(lanes, parse_variants(texts)) == lanes


def test_a_variant_that_no_chosen_mode_uses_is_refused() -> None:
    with pytest.raises(
        PlanError, match=r"No chosen mode uses what it names: 'old' is httpx==0.27.2, the modes are requests;"
    ):
        Plan(modes=("requests",), variants=parse_variants(["old=httpx==0.27.2"]))
    with pytest.raises(PlanError, match="No chosen mode runs on an event loop"):
        Plan(modes=("requests",), variants=parse_variants([f"a=loop={LOOP}"]))
    with pytest.raises(PlanError, match="requests@old has no variant 'old'; add it"):
        Plan(modes=("requests@old",))


def test_each_copy_of_a_mode_has_its_variants() -> None:
    plan = Plan(modes=("aiohttp", "aiohttp#2"), variants=parse_variants(["a=", f"b=loop={LOOP}"]))
    assert plan.modes == ("aiohttp@a", "aiohttp@b", "aiohttp@a#2", "aiohttp@b#2")
    assert [variant and variant.label for variant in map(plan.variant_of, plan.modes)] == ["a", "b", "a", "b"]
    assert without_variants(plan.modes) == ("aiohttp", "aiohttp#2")


def test_a_stored_plan_has_its_variants_again(tmp_path: Path, absent_mode: str) -> None:
    checkout = make_checkout(tmp_path / "a, b [c]", "httpx", "")
    texts = [
        "old=httpx[http2] >=0.27,<0.28 ; os_name == 'a,b'",
        f"new=httpx @ {checkout.as_uri()}",
        "far=httpx @ https://me:s3cret-word@host/httpx?token=abc-def",
        "py=python=./venv/bin/python",
        f"loop=loop={LOOP}",
        "plain=",
    ]
    plan = Plan(modes=("httpx-async", "httpx-client"), variants=parse_variants(texts), requests=5)
    stored = json.loads(json.dumps(plan_to_dict(plan)))
    assert "s3cret" not in str(stored)
    shutil.rmtree(checkout)
    again = plan_from_dict(stored)
    assert again.modes == plan.modes
    assert [each.in_words for each in again.variants] == [each.in_words for each in plan.variants]
    # What can't run here now goes, and so does a variant that concerns nothing else.
    assert plan_from_dict({**stored, "modes": ["requests"], "variants": ["old=httpx==0.27"]}).variants == ()
    assert absent_mode not in plan_from_dict({**stored, "modes": [absent_mode], "variants": []}).modes
    for more in ({"variants": [], "get": True}, {"variants": ["a=absent-client==1.0"]}):
        lanes = plan_from_dict({**stored, "modes": [absent_mode], **more}).modes
        assert lanes[0].startswith(absent_mode)
    for wrong in ("a=", [1], ["a"], [""] * 60):
        with pytest.raises((TypeError, ValueError)):
            plan_from_dict({**stored, "variants": wrong})
