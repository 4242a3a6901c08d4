"""Event data of a run, from TensorBoard's data provider: the summaries of its signals, and Keras' logs."""

from __future__ import annotations

from typing import Any

from tensorboard import errors
from tensorboard.data import provider

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.errors import LogError, UnreadableFileError
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.summaries import CHECKSUMS_TAG, drop_corrupt, log_tag, parse_plugin_data, signal_tag

_ALL_SAMPLES = 2**31 - 1
"""A `downsample` that drops nothing: 0 means "all" in TensorBoard's flag, but "none" here."""


class RunEvents:
    """The event data of one run.

    Args:
        data_provider: TensorBoard's data provider.
        context: The context of the request, as the data provider expects it.
        experiment: The experiment's name.
        run: The run's name.
    """

    def __init__(self, data_provider: Any, context: Any, experiment: str, run: str) -> None:
        self._provider = data_provider
        self._context = context
        self._experiment = experiment
        self._run = run

    def summaries(self, layer: str, signal: str) -> list[tuple[int, Array]]:
        """Return step and `[time, statistic]` of each summary of a signal, in the order of the events.

        Raises:
            LogError: the event files cannot be read at this signal.
        """
        tag = signal_tag(layer, signal)
        return drop_corrupt(tag, self._read(tag), self._checksums())

    def logs(self) -> tuple[dict[str, dict[int, float]], list[str]]:
        """Return Keras' logs by name and step, and one sentence for each log that cannot be read."""
        found: dict[str, dict[int, float]] = {}
        problems: list[str] = []
        checksums = self._checksums()
        for name in self._log_names():
            tag = log_tag(name)
            try:
                data = drop_corrupt(tag, self._read(tag), checksums)
            except LogError as error:
                problems.append(str(error))
                continue
            found[name] = {
                step: float(values) for step, values in data if values.ndim == 0 and values.dtype.kind in "biuf"
            }
        return found, problems

    def _checksums(self) -> list[tuple[int, Array]]:
        try:
            return self._read(CHECKSUMS_TAG)
        except LogError:
            return []  # As in an older log: nothing is checked.

    def _log_names(self) -> list[str]:
        series = self._provider.list_tensors(
            self._context,
            experiment_id=self._experiment,
            plugin_name=layout.PLUGIN_NAME,
            run_tag_filter=provider.RunTagFilter(runs=[self._run]),
        )
        parsed = [parse_plugin_data(tag.plugin_content) for tag in series.get(self._run, {}).values()]
        return [data.log.name for data in parsed if data is not None and data.HasField("log")]

    def _read(self, tag: str) -> list[tuple[int, Array]]:
        try:
            found = self._provider.read_tensors(
                self._context,
                experiment_id=self._experiment,
                plugin_name=layout.PLUGIN_NAME,
                downsample=_ALL_SAMPLES,
                run_tag_filter=provider.RunTagFilter(runs=[self._run], tags=[tag]),
            )
        except errors.PublicError:
            raise
        except Exception as error:  # No documentation says what its readers raise for a malformed or too large tensor.
            raise UnreadableFileError(
                f"The event files of run {self._run!r} cannot be read at the tag {tag!r} ({error!r:.200})."
            ) from error
        return [(datum.step, datum.numpy) for datum in found.get(self._run, {}).get(tag, [])]
