"""Two workers under `MultiWorkerMirroredStrategy`: only the chief probes and writes, and no worker waits.

The network is one whose probe would wait for all workers, to sum their counts of each output's loss.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.callback.distributed.cluster import run_cluster
from tests.callback.distributed.logs import assert_one_run, assert_values
from tests.callback.distributed.network import EPOCHS, probe_runs
from tests.forks import ROOT, Forks

pytestmark = pytest.mark.slow

# The tasks of a cluster, its chief and the other; the first worker is the chief where none is named.
CLUSTERS = [({"worker": 2}, "worker-0", "worker-1"), ({"chief": 1, "worker": 1}, "chief-0", "worker-0")]


@pytest.fixture(scope="module", params=CLUSTERS, ids=["two-workers", "a-chief-and-a-worker"])
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, forks: Forks
) -> tuple[Path, str, str]:
    roles, chief, other = request.param
    directory = tmp_path_factory.mktemp("cluster")
    run_cluster(forks, "tests.callback.distributed.worker:train", roles, directory=str(directory))
    return directory, chief, other


Cluster = tuple[Path, str, str]


def test_the_chief_alone_writes(cluster: Cluster) -> None:
    directory, chief, other = cluster
    assert_one_run(directory / chief)
    assert not (directory / other).exists()


def test_the_chief_alone_probes(cluster: Cluster) -> None:
    directory, chief, other = cluster
    before, since = probe_runs(directory / f"{chief}.npz")
    assert before >= 1
    assert since == EPOCHS
    assert probe_runs(directory / f"{other}.npz") == (0, 0)


def test_the_values_are_those_of_the_weights_that_the_other_has(cluster: Cluster) -> None:
    directory, chief, other = cluster
    assert_values(directory / chief / "rnn", directory / f"{other}.npz")


def test_fit_fails_there_without_the_callback_as_the_guide_says(cluster: Cluster) -> None:
    """When this fails, Keras supports it: test the callback with it, and update the guide."""
    directory, *names = cluster
    for name in names:
        assert "PerReplica" in (directory / f"{name}.fit.txt").read_text()
    assert "Keras 3's `fit` does not run there](https" in (ROOT / "docs" / "guide.md").read_text()
