"""demo/notebook.ipynb is committed without outputs, and its code compiles."""

from __future__ import annotations

import json
from pathlib import Path

NOTEBOOK = Path(__file__).parents[2] / "demo" / "notebook.ipynb"
DOCUMENT = json.loads(NOTEBOOK.read_text())
CODE = [cell for cell in DOCUMENT["cells"] if cell["cell_type"] == "code"]


def test_outputs_are_stripped() -> None:
    for cell in CODE:
        assert (cell["outputs"], cell["execution_count"]) == ([], None), cell["id"]
    assert set(DOCUMENT["metadata"]) == {"kernelspec", "language_info"}


def test_only_the_installation_is_skipped() -> None:
    skipped = [cell["source"] for cell in CODE if "skip-execution" in cell["metadata"].get("tags", [])]
    assert skipped == [['%pip install --quiet "tb-rnn-plugin[tensorflow]"']]


def test_code_compiles() -> None:
    for cell in CODE:
        lines = "".join(cell["source"]).splitlines()
        compile("\n".join(line for line in lines if not line.startswith("%")), cell["id"], "exec")
