"""The routes that answer with what a run's numbers say, each a few lines over `queries`."""

from __future__ import annotations

from collections.abc import Callable

from tensorboard import errors
from werkzeug import wrappers

from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server import wire
from tb_rnn_plugin.server.queries import detectors, findings, memory, weights


class Analyses:
    """Answers from the traces of a run.

    Args:
        run: Returns the run that a request names.
    """

    def __init__(self, run: Callable[[wrappers.Request], Run]) -> None:
        self._run = run

    def routes(self) -> dict[str, wire.WSGIApp]:
        """Return the routes."""
        handlers = {
            "/findings": self._findings,
            "/saturation": self._saturation,
            "/explain": self._explain,
            "/horizon": self._horizon,
            "/reach": self._reach,
            "/weights": self._weights,
            "/weight_history": self._weight_history,
            "/detectors": self._detectors,
            "/detector_history": self._detector_history,
            "/match": self._match,
            "/match_history": self._match_history,
        }
        return {path: wire.route(_in_words(handler)) for path, handler in handlers.items()}

    def _findings(self, request: wrappers.Request) -> wrappers.Response:
        step = wire.whole_number(request, "step")
        return wire.json(request, findings.list_findings(self._run(request), step))

    def _saturation(self, request: wrappers.Request) -> wrappers.Response:
        layer, step = wire.text(request, "layer"), wire.whole_number(request, "step")
        return wire.binary(request, findings.read_saturation(self._run(request), layer, step))

    def _explain(self, request: wrappers.Request) -> wrappers.Response:
        layer, signal = wire.text(request, "layer"), wire.text(request, "signal")
        cell = {name: wire.whole_number(request, name) for name in ("step", "sample", "timestep", "unit")}
        return wire.json(request, findings.explain_value(self._run(request), layer, signal, **cell))

    def _horizon(self, request: wrappers.Request) -> wrappers.Response:
        layer, step = wire.text(request, "layer"), wire.whole_number(request, "step")
        return wire.binary(request, memory.read_horizon(self._run(request), layer, step))

    def _reach(self, request: wrappers.Request) -> wrappers.Response:
        layer, signal = wire.text(request, "layer"), wire.text(request, "signal")
        step = wire.whole_number(request, "step")
        cell = {name: wire.whole_number(request, name) for name in ("sample", "timestep", "unit")}
        return wire.binary(request, memory.read_reach(self._run(request), layer, signal, step, **cell))

    def _weights(self, request: wrappers.Request) -> wrappers.Response:
        layer, step = wire.text(request, "layer"), wire.whole_number(request, "step")
        return wire.binary(request, weights.read_weights(self._run(request), layer, step))

    def _weight_history(self, request: wrappers.Request) -> wrappers.Response:
        layer = wire.text(request, "layer")
        return wire.binary(request, weights.read_weight_history(self._run(request), layer))

    def _detectors(self, request: wrappers.Request) -> wrappers.Response:
        annotation, step = wire.text(request, "annotation"), wire.whole_number(request, "step")
        return wire.json(request, detectors.list_detectors(self._run(request), annotation, step))

    def _detector_history(self, request: wrappers.Request) -> wrappers.Response:
        annotation, unit = wire.text(request, "annotation"), wire.whole_number(request, "unit")
        layer, signal = wire.text(request, "layer"), wire.text(request, "signal")
        run = self._run(request)
        return wire.binary(request, detectors.read_detector_history(run, annotation, layer, signal, unit))

    def _match(self, request: wrappers.Request) -> wrappers.Response:
        layer, signal = wire.text(request, "layer"), wire.text(request, "signal")
        step, threshold = wire.whole_number(request, "step"), wire.number(request, "threshold")
        place = {name: wire.whole_number(request, name) for name in ("sample", "start", "end")}
        run = self._run(request)
        return wire.json(request, detectors.find_pattern(run, layer, signal, step, threshold=threshold, **place))

    def _match_history(self, request: wrappers.Request) -> wrappers.Response:
        layer, signal = wire.text(request, "layer"), wire.text(request, "signal")
        units, threshold = wire.whole_numbers(request, "units"), wire.number(request, "threshold")
        place = {name: wire.whole_number(request, name) for name in ("sample", "start", "end")}
        run = self._run(request)
        history = detectors.read_pattern_history(run, layer, signal, units, threshold=threshold, **place)
        return wire.binary(request, history)


def _in_words(handler: wire.Handler) -> wire.Handler:
    """Make what an analysis cannot do, of a cell it does not know or a place that is not there, an answer in words."""

    def answer(request: wrappers.Request) -> wrappers.Response:
        try:
            return handler(request)
        except IndexError as error:
            raise errors.NotFoundError(str(error)) from error
        except ValueError as error:
            raise errors.InvalidArgumentError(str(error)) from error

    return answer
