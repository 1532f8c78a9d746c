"""What a run needs the user's leave for: fetching libraries, and load on another machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.environments.recipe import recipe_for
from tui_httpbench.plan.lanes import lacking
from tui_httpbench.plan.plan import Plan, PlanError
from tui_httpbench.plan.politeness import RemoteLoad, remote_load
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.tui.parts.confirm import ConfirmScreen


class Leave:
    """Asks once for each library, and for each host unless the load is heavy; ``hosts`` are those that were granted."""

    def __init__(self, app: App[Any]) -> None:
        """Nothing granted yet."""
        self._app = app
        self._libraries: set[str] = set()
        self.hosts: set[str] = set()

    def is_needed(self, plan: Plan) -> bool:
        """Whether there is something to ask of this plan that was not granted before."""
        return not self._libraries.issuperset(_libraries_to_fetch(plan)) or not self._may_send(remote_load(plan))

    def ask(self, plan: Plan, run: Callable[[Plan], object]) -> None:
        """Runs the plan if all that it needs leave for is granted, now or before."""
        self._ask_to_fetch(plan, lambda granted: self._ask_to_send(granted, run))

    def _ask_to_fetch(self, plan: Plan, go_on: Callable[[Plan], object]) -> None:
        names = _libraries_to_fetch(plan)
        if self._libraries.issuperset(names):
            go_on(plan.replace(get=True) if names else plan)
            return

        def answer(yes: bool | None) -> None:
            if yes:
                self._libraries.update(names)
                go_on(plan.replace(get=True))

        try:
            recipes = [recipe_for(plan.variant_of(lane), mode_of(lane)) for lane in _lanes_to_fetch(plan)]
        except PlanError as error:
            self._app.notify(str(error), severity="error", timeout=15, markup=False)
            return
        what = enumerate_names(list(dict.fromkeys(recipe.in_words for recipe in recipes if recipe is not None)))
        detail = (
            f"Not installed here. For this run, pip or uv would get {what}, and what belongs to it, into an "
            "environment of its own; yours stays as it is."
        )
        self._app.push_screen(ConfirmScreen(f"Fetch {enumerate_names(names)}?", detail, "Fetch", "Don't"), answer)

    def _ask_to_send(self, plan: Plan, run: Callable[[Plan], object]) -> None:
        load = remote_load(plan)
        if load is None or self._may_send(load):
            run(plan)
            return

        def answer(yes: bool | None) -> None:
            if yes:
                self.hosts.add(load.host)
                run(plan)

        warning = " That is a lot: be sure that you may." if load.is_heavy else ""
        question = f"Send requests to {load.host}?"
        self._app.push_screen(ConfirmScreen(question, load.in_words + warning, "Send", "Don't"), answer)

    def _may_send(self, load: RemoteLoad | None) -> bool:
        return load is None or (load.host in self.hosts and not load.is_heavy)


def _lanes_to_fetch(plan: Plan) -> tuple[str, ...]:
    return lacking(plan.modes, plan.variants, get=plan.get)


def _libraries_to_fetch(plan: Plan) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mode_of(lane).library.name for lane in _lanes_to_fetch(plan)))
