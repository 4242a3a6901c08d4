"""The routes that answer with what a run's numbers say, each a few lines over `queries`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug import wrappers

from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server import wire
from tb_rnn_plugin.server.cached_routes import CachedRoutes, Query, all_steps, one_step, steps_so_far
from tb_rnn_plugin.server.queries import detectors, findings, memory, weights


def routes(routes: CachedRoutes) -> dict[str, wire.WSGIApp]:
    """Return the routes."""
    return {
        "/findings": routes.json(_findings, steps_so_far),
        "/saturation": routes.binary(_of_layer(findings.read_saturation), one_step),
        "/explain": routes.json(_explain, one_step),
        "/horizon": routes.binary(_of_layer(memory.read_horizon), one_step),
        "/reach": routes.binary(_reach, one_step),
        "/weights": routes.binary(_of_layer(weights.read_weights), one_step),
        "/weight_history": routes.binary(_weight_history, all_steps),
        "/detectors": routes.json(_detectors, one_step),
        "/detector_history": routes.binary(_detector_history, all_steps),
        "/match": routes.json(_match, one_step),
        "/match_history": routes.binary(_match_history, all_steps),
    }


def _findings(request: wrappers.Request) -> Callable[[Run], Any]:
    step = wire.whole_number(request, "step")
    return lambda run: findings.list_findings(run, step)


def _of_layer(read: Callable[[Run, str, int], Any]) -> Query:
    """Return how to ask what is read of a layer at a step."""

    def ask(request: wrappers.Request) -> Callable[[Run], Any]:
        layer, step = wire.text(request, "layer"), wire.whole_number(request, "step")
        return lambda run: read(run, layer, step)

    return ask


def _explain(request: wrappers.Request) -> Callable[[Run], Any]:
    layer, signal = wire.text(request, "layer"), wire.text(request, "signal")
    cell = _numbers(request, "step", "sample", "timestep", "unit")
    return lambda run: findings.explain_value(run, layer, signal, **cell)


def _reach(request: wrappers.Request) -> Callable[[Run], Any]:
    layer, signal = wire.text(request, "layer"), wire.text(request, "signal")
    step, cell = wire.whole_number(request, "step"), _numbers(request, "sample", "timestep", "unit")
    return lambda run: memory.read_reach(run, layer, signal, step, **cell)


def _weight_history(request: wrappers.Request) -> Callable[[Run], Any]:
    layer = wire.text(request, "layer")
    return lambda run: weights.read_weight_history(run, layer)


def _detectors(request: wrappers.Request) -> Callable[[Run], Any]:
    annotation, step = wire.text(request, "annotation"), wire.whole_number(request, "step")
    return lambda run: detectors.list_detectors(run, annotation, step)


def _detector_history(request: wrappers.Request) -> Callable[[Run], Any]:
    annotation, unit = wire.text(request, "annotation"), wire.whole_number(request, "unit")
    layer, signal = wire.text(request, "layer"), wire.text(request, "signal")
    return lambda run: detectors.read_detector_history(run, annotation, layer, signal, unit)


def _match(request: wrappers.Request) -> Callable[[Run], Any]:
    layer, signal = wire.text(request, "layer"), wire.text(request, "signal")
    step, threshold = wire.whole_number(request, "step"), wire.number(request, "threshold")
    place = _numbers(request, "sample", "start", "end")
    return lambda run: detectors.find_pattern(run, layer, signal, step, threshold=threshold, **place)


def _match_history(request: wrappers.Request) -> Callable[[Run], Any]:
    layer, signal = wire.text(request, "layer"), wire.text(request, "signal")
    units, threshold = wire.whole_numbers(request, "units"), wire.number(request, "threshold")
    place = _numbers(request, "sample", "start", "end")
    return lambda run: detectors.read_pattern_history(run, layer, signal, units, threshold=threshold, **place)


def _numbers(request: wrappers.Request, *names: str) -> dict[str, int]:
    return {name: wire.whole_number(request, name) for name in names}
