"""The committed module is what protoc generates."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROTO = Path("tb_rnn_plugin/log/proto/plugin_data.proto")


def test_regenerating_changes_nothing(tmp_path: Path) -> None:
    protoc = Path(sys.executable).parent / "protoc"
    command: list[str | Path] = [protoc, "--proto_path=.", f"--python_out={tmp_path}", f"--pyi_out={tmp_path}", PROTO]
    subprocess.run(command, cwd=ROOT, check=True)
    for suffix in ("_pb2.py", "_pb2.pyi"):
        name = PROTO.with_name(PROTO.stem + suffix)
        assert (tmp_path / name).read_text() == (ROOT / name).read_text(), f"run `make proto`: {name} is stale"
