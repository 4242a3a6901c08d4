"""Whose the rows of a layer are.

The first axis of a layer's arrays has one row per sample of the probe, in the probe's order, unless the model reshapes
or reorders its batch before the layer. Then a row has a name of its own, so that it never gets another sample's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

RowSamples: TypeAlias = Sequence[int | None] | None
"""By row, the index of its sample in the probe, None where it is not known. None as a whole: row i is sample i."""


@dataclass(frozen=True)
class Row:
    """One row of a layer's arrays.

    Attributes:
        name: The sample's name; `"B · part 2"` if several rows are sample B's; `"row 7"` if its sample is not known.
        sample: The sample's index in the probe; None if it is not known.
    """

    name: str
    sample: int | None


def list_rows(row_samples: Sequence[int | None], names: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of a layer whose rows are not the probe's samples in order.

    Args:
        row_samples: By row, the index of its sample, None where it is not known; an index that the probe does not have
            counts as not known.
        names: The names of the probe's samples.
    """
    known = [sample if sample is not None and sample < len(names) else None for sample in row_samples]
    return tuple(map(Row, _row_names(known, names.__getitem__), known))


def row_name(row_samples: RowSamples, row: int) -> str:
    """Return what messages call a row, by its sample's index: `"sample 3"`, `"sample 3 · part 2"`, `"row 7"`."""
    if row_samples is None:
        return f"sample {row}"
    return _row_names(row_samples, lambda sample: f"sample {sample}")[row]


def _row_names(row_samples: Sequence[int | None], name_of: Callable[[int], str]) -> list[str]:
    counts, parts = Counter(row_samples), Counter[int | None]()
    names = []
    for row, sample in enumerate(row_samples):
        parts[sample] += 1
        if sample is None:
            names.append(f"row {row}")
        elif None in counts:
            # A row whose sample is not known may be another part of this one.
            names.append(f"{name_of(sample)} · row {row}")
        else:
            names.append(name_of(sample) if counts[sample] == 1 else f"{name_of(sample)} · part {parts[sample]}")
    return names


def describe_rows(layers: Mapping[str, RowSamples], samples: int) -> str | None:
    """Return a sentence on the layers whose rows are not the probe's samples in order; None if there is none.

    Args:
        layers: By key, whose the layer's rows are.
        samples: The number of the probe's samples.
    """
    others = {key: rows for key, rows in layers.items() if rows is not None}
    if not others:
        return None
    listed = ", ".join(f"{key!r} ({len(rows)} rows)" for key, rows in others.items())
    unknown = [key for key, rows in others.items() if None in rows]
    shown = "they are shown under the samples that they turned out to be parts of"
    if unknown:
        keys = "" if len(unknown) == len(others) else f" in {', '.join(map(repr, unknown))}"
        shown = f'whose they are is not known{keys}: these are shown as "row 7", without name, tokens and annotations'
    return f"The model reshapes, reorders or mixes the probe's {samples} samples before {listed}, and {shown}."


def unknown_rows(count: int, samples: int | None) -> RowSamples:
    """Return what is known of a layer's rows by their number alone: nothing, unless there is one per sample.

    Args:
        count: The number of rows.
        samples: The number of the probe's samples; None if that is not known either, and then rows count as samples.
    """
    return None if samples in (count, None) else (None,) * count
