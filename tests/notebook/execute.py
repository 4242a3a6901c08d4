"""Runs a notebook in its directory and writes its outputs into it: `python execute.py NOTEBOOK`.

The Python is that of an environment for the notebook. Cells tagged `skip-execution` are skipped.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

notebook = Path(sys.argv[1])
document = nbformat.read(notebook, as_version=4)
NotebookClient(document, timeout=300, resources={"metadata": {"path": str(notebook.parent)}}).execute()
nbformat.write(document, notebook)
