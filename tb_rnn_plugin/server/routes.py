"""The table of routes: the one place that says what can be requested, and of which everything else is made.

From it come the WSGI applications (`serving.py`), the tables in `http_api.md` and the TypeScript types in
`frontend_static/src/api/routes.ts` (`python -m tb_rnn_plugin.server.describe_api` writes both), and the cases of the
tests. A new route is one row here and one function in `queries`.
"""

from __future__ import annotations

from dataclasses import replace

from tb_rnn_plugin.analysis.scales import FENCE, KEPT, NEAR, WITHIN
from tb_rnn_plugin.analysis.unit_matching import MAX_PLACES
from tb_rnn_plugin.log.statistics import STATISTICS
from tb_rnn_plugin.server.parameters import INDEX, INDICES, MAX_UNITS, NUMBER, TEXT, Parameter
from tb_rnn_plugin.server.queries import (
    describe,
    detectors,
    explanation,
    findings,
    history,
    memory,
    scales,
    series,
    step,
    unit_matching,
    weights,
)
from tb_rnn_plugin.server.queries.findings import MAX_LISTED
from tb_rnn_plugin.server.queries.series import MAX_FEATURES
from tb_rnn_plugin.server.queries.step_history import MAX_STEPS
from tb_rnn_plugin.server.queries.weights import EIGENVALUES_UNITS
from tb_rnn_plugin.server.route import (
    PROBE_AND_ALL_STEPS,
    PROBE_AND_STEP,
    PROBE_AND_STEPS_SO_FAR,
    STEP_ALONE,
    ArrayInfo,
    Arrays,
    Json,
    Route,
)

RUN = Parameter("run", TEXT, "the name of a run, as TensorBoard lists it")
STEP = Parameter("step", INDEX, "a captured step")
LAYER = Parameter("layer", TEXT, "a layer's key: `lstm`, `encoder/lstm`, …")
SAMPLE = Parameter("sample", INDEX, "the index of a sample of the probe")
ROW = Parameter(
    "sample", INDEX, "the index of a row of the layer: of a sample of the probe, unless `/run` lists `rows`"
)
SIGNAL = Parameter("signal", TEXT, "the name of a signal: `forget_gate`, `cell_state`, …")
UNIT = Parameter("unit", INDEX, "the index of a unit")
UNITS = Parameter("units", INDICES, "the indices of the units of a pattern")
TIMESTEP = Parameter("timestep", INDEX, "an index on the input's time axis")
ANNOTATION = Parameter("annotation", TEXT, "the name of an annotation of the probe")
START = Parameter("start", INDEX, "the first timestep of a range")
END = Parameter("end", INDEX, "the timestep after the last of a range")
THRESHOLD = Parameter("threshold", NUMBER, "a unit is on where its value is larger")

OTHER_RUN = Parameter("other_run", TEXT, "the name of a second run")
OTHER_LAYER = Parameter("other_layer", TEXT, "a layer's key in the second run")
OTHER_STEP = Parameter("other_step", INDEX, "a captured step of the second run")

_STORED = "F16 or F32 or F64"
_MASK = ArrayInfo("mask", "BOOL", "[timesteps]", "1 for a timestep that the layer read, 0 for padding", optional=True)
_STEPS = (
    ArrayInfo("steps", "I64", "[steps]", "ascending"),
    ArrayInfo("unreadable", "I64", "[unreadable]", "steps left out because their files are damaged, ascending"),
)
_HISTORY = (
    f"Of more than {MAX_STEPS} steps the first, the last and evenly spaced ones between are read. Steps that lack what "
    "the answer is about are left out."
)

ROUTES: tuple[Route, ...] = (
    Route(
        name="runs",
        summary="The runs that hold RNN Timeline data.",
        answer=Json(),
        query=describe.list_runs,
    ),
    Route(
        name="run",
        summary="What one run holds.",
        parameters=(RUN,),
        answer=Json(),
        query=describe.describe_run,
    ),
    Route(
        name="sample",
        summary="One sample of the probe batch.",
        parameters=(RUN, SAMPLE),
        answer=Json(),
        query=describe.describe_sample,
    ),
    Route(
        name="trace",
        summary="Every signal of one layer for one sample at one step, or one signal alone.",
        parameters=(
            RUN,
            STEP,
            LAYER,
            ROW,
            replace(SIGNAL, optional=True),
        ),
        source=STEP_ALONE,
        answer=Arrays((ArrayInfo("signals/<signal>", _STORED, "[timesteps, units]", "as in the file"), _MASK)),
        query=step.read_trace,
        computed=False,
        notes="""Nothing is rounded. A padded timestep is NaN in every signal; a NaN at a timestep whose mask is 1 came
from training. The dtype may differ between signals: values that do not fit float16 are stored wider.""",
    ),
    Route(
        name="scales",
        summary="The range that the colours of each signal without a range of its own span, the same at every step.",
        parameters=(RUN, LAYER),
        source=PROBE_AND_ALL_STEPS,
        answer=Json(),
        query=scales.read_scales,
        notes=f"""Each unit has a reach at each step: the magnitude that {WITHIN:.0%} of its values do not exceed.
The range ends at the reach that {KEPT:.0%} of all units and steps keep to, outliers by Tukey's rule left out, which are
more than {FENCE} interquartile ranges above the upper quartile; it is rounded up. Extremes that are no more than {NEAR}
times as far are the range themselves. Of more than {scales.MAX_STEPS} steps the first, the last and evenly spaced ones
between are read, and of a large step its first samples.""",
    ),
    Route(
        name="series",
        summary="The model's inputs, targets and predictions for one sample.",
        parameters=(RUN, STEP, SAMPLE),
        source=PROBE_AND_STEP,
        answer=Arrays(
            (
                ArrayInfo("inputs/<input>", "F32", "[timesteps, features]", "what the model read", optional=True),
                ArrayInfo("targets/<target>", "F32", "[timesteps, features]", "what it should predict", optional=True),
                ArrayInfo(
                    "predictions/<output>",
                    "F32",
                    "[timesteps, features]",
                    "what it predicted at the step",
                    optional=True,
                ),
                ArrayInfo("best/<output>", "I32", "[timesteps]", "the class with the highest score", optional=True),
                ArrayInfo("best_score/<output>", "F32", "[timesteps]", "the score of that class", optional=True),
                ArrayInfo("target_class/<output>", "I32", "[timesteps]", "the target's class", optional=True),
                ArrayInfo("target_score/<output>", "F32", "[timesteps]", "the score of that class", optional=True),
            )
        ),
        query=series.read_series,
        computed=False,
        notes=f"""* Timesteps and features are those of each array; they may differ from the layers'.
* `inputs`, `targets` and `predictions`: arrays of numbers or booleans, `[sample, time]` (one feature) or
  `[sample, time, feature]` with at most {MAX_FEATURES} features. Other arrays, and strings, are left out.
* `best…`: for every prediction `[sample, time, class]` of two classes or more. The lowest index of equal scores; -1 and
  NaN if all scores are NaN.
* `target_…`: if the prediction has a target of equally many timesteps that names a class at each of them: integers
  `[sample, time]` or `[sample, time, 1]`, or one-hot over the same classes. A prediction belongs to the target of the
  same name. If no names agree and there are equally many of each, they are paired in order. -1 and NaN if the index is
  out of range or the one-hot row is empty.
* Scores are the model's own output: probabilities or logits.
* Predictions, and what follows from them, are left out if the step's file cannot be read. A missing step is a 404.""",
    ),
    Route(
        name="similarity",
        summary="An order of a signal's units in which units of similar activity are neighbours, from one sample.",
        parameters=(RUN, STEP, LAYER, ROW, SIGNAL),
        source=PROBE_AND_STEP,
        answer=Arrays((ArrayInfo("order", "I64", "[units]", "indices of units"),)),
        query=step.read_similarity,
        notes="""Spectral seriation (Atkins, Boman & Hendrickson 1998): units by their entry in the Fiedler vector of
the normalized Laplacian of the affinity (1 + r) / 2, where r is the correlation of two units over the timesteps.
Timesteps at which a unit is not finite, such as padding, are left out; if none remains, units stay in the order of
their indices. Constant units come last. Time grows with the cube of the smaller of units and timesteps.""",
    ),
    Route(
        name="evolution",
        summary="One unit of one signal at every step.",
        parameters=(RUN, LAYER, ROW, SIGNAL, UNIT),
        source=PROBE_AND_ALL_STEPS,
        answer=Arrays(
            (
                *_STEPS,
                ArrayInfo("values", _STORED, "[timesteps, steps]", "in the widest dtype of a step"),
                ArrayInfo("extremes", "F64", "[2]", "the smallest and largest finite value", optional=True),
                ArrayInfo("typical", "F64", "[2]", "the range without outliers, as in `/scales`", optional=True),
                replace(_MASK, shape="[timesteps, steps]"),
            )
        ),
        query=history.read_evolution,
        notes="""`steps` are those of `/run`, without the ones whose file cannot be read and those at which the layer's
shape differs from its shape at the last readable step. If none remains: 404.""",
    ),
    Route(
        name="change",
        summary="The change of each unit of one signal from each step to the next.",
        parameters=(RUN, LAYER, ROW, SIGNAL),
        source=PROBE_AND_ALL_STEPS,
        answer=Arrays((*_STEPS, ArrayInfo("change", "F32", "[steps, units]", "in units of the signal"))),
        query=history.read_change,
        notes="""Row k is the mean over timesteps of |value at `steps[k]` - value at `steps[k-1]`|. Timesteps that are
padding, or not finite at one of the two steps, do not count. NaN where none counts, and in row 0. `steps` as in
`/evolution`.""",
    ),
    Route(
        name="summary",
        summary="The statistics of one signal per timestep, over samples and units, at steps that TensorBoard kept.",
        parameters=(RUN, LAYER, SIGNAL),
        answer=Arrays(
            (
                ArrayInfo("steps", "I64", "[steps]", "ascending"),
                ArrayInfo("summary", "F32", "[steps, timesteps, statistics]", "from the event file"),
            ),
            metadata={"statistics": ",".join(STATISTICS)},
        ),
        query=history.read_summary,
        notes="`__metadata__.statistics` names the statistics, separated by commas.",
    ),
    Route(
        name="findings",
        summary="What looks wrong at a step.",
        parameters=(RUN, STEP),
        source=PROBE_AND_STEPS_SO_FAR,
        answer=Json(),
        query=findings.list_findings,
    ),
    Route(
        name="saturation",
        summary="The share of each unit's time, over all samples, in which a signal with a range is saturated.",
        parameters=(RUN, STEP, LAYER),
        source=PROBE_AND_STEP,
        answer=Arrays(
            (
                ArrayInfo("low/<signal>", "F64", "[units]", "below the low threshold, 0 to 1", optional=True),
                ArrayInfo("high/<signal>", "F64", "[units]", "above the high threshold, 0 to 1", optional=True),
            )
        ),
        query=findings.read_saturation,
    ),
    Route(
        name="explain",
        summary="One value as an equation with its numbers, and what contributed to it.",
        parameters=(RUN, STEP, LAYER, ROW, SIGNAL, TIMESTEP, UNIT),
        source=PROBE_AND_STEP,
        answer=Json(),
        query=explanation.explain_value,
    ),
    Route(
        name="horizon",
        summary="The effective horizon of each unit.",
        parameters=(RUN, STEP, LAYER),
        source=PROBE_AND_STEP,
        answer=Arrays(
            (
                ArrayInfo(
                    "horizon",
                    "F64",
                    "[units]",
                    "1 / (1 - mean forget or update gate), in timesteps; infinite where the gate is always 1",
                ),
            )
        ),
        query=memory.read_horizon,
    ),
    Route(
        name="reach",
        summary="How far back one value of a state depends on earlier states, by its gradient.",
        parameters=(RUN, STEP, LAYER, ROW, SIGNAL, TIMESTEP, UNIT),
        source=PROBE_AND_STEP,
        answer=Arrays(
            (
                ArrayInfo(
                    "norms/<state>",
                    "F64",
                    "[timesteps]",
                    "the norm over units of the value's gradient by that state at each timestep; 0 after the value's "
                    "own, NaN at padding",
                ),
                ArrayInfo(
                    "steps",
                    "I64",
                    "[]",
                    "the number of timesteps back until the norm over all states first falls below the share `kept` of "
                    "its size one timestep back",
                ),
                ArrayInfo(
                    "end", "I64", "[]", "the farthest timestep within reach; the value's own timestep if there is none"
                ),
                ArrayInfo("all", "BOOL", "[]", "whether all timesteps read before the value are within reach"),
                ArrayInfo("kept", "F64", "[]", "the share of the gradient that still counts as memory"),
            )
        ),
        query=memory.read_reach,
    ),
    Route(
        name="weights",
        summary="The weights of each gate of a layer at one step, as stored.",
        parameters=(RUN, STEP, LAYER),
        source=PROBE_AND_STEP,
        answer=Arrays(
            (
                ArrayInfo("<gate>/W", _STORED, "[inputs, units]", "the input kernel"),
                ArrayInfo("<gate>/U", _STORED, "[units, units]", "the recurrent kernel"),
                ArrayInfo("<gate>/b", _STORED, "[units]", "the bias", optional=True),
                ArrayInfo(
                    "<gate>/recurrent_b",
                    _STORED,
                    "[units]",
                    "the recurrent bias of a GRU with `reset_after`",
                    optional=True,
                ),
            )
        ),
        query=weights.read_weights,
    ),
    Route(
        name="weight_history",
        summary="Norms and histograms of the weights of each gate, and the spectral radius of U, over steps.",
        parameters=(RUN, LAYER),
        source=PROBE_AND_ALL_STEPS,
        answer=Arrays(
            (
                *_STEPS,
                ArrayInfo("norm/<gate>/<matrix>", "F64", "[steps]", "the Frobenius norm"),
                ArrayInfo("counts/<gate>/<matrix>", "I64", "[steps, bins]", "a histogram"),
                ArrayInfo("edges/<gate>/<matrix>", "F64", "[edges]", "its bins, the same at all steps"),
                ArrayInfo(
                    "typical/<gate>/<matrix>", "F64", "[]", f"the edge within which {WITHIN:.0%} of the weights lie"
                ),
                ArrayInfo("radius_steps", "I64", "[radius_steps]", "the steps that have a spectral radius"),
                ArrayInfo("radius/<gate>", "F64", "[radius_steps]", "the spectral radius of U", optional=True),
            )
        ),
        query=weights.read_weight_history,
        notes=f"""{_HISTORY} Eigenvalues cost the cube of the units: `radius_steps` are at most 24 steps, fewer for a
large layer, and none for more than {EIGENVALUES_UNITS} units.""",
    ),
    Route(
        name="detectors",
        summary="The units that track an annotation best, of all layers and signals.",
        parameters=(RUN, STEP, ANNOTATION),
        source=PROBE_AND_STEP,
        answer=Json(),
        query=detectors.list_detectors,
    ),
    Route(
        name="detector_history",
        summary="The score of one unit as a detector of an annotation, over steps.",
        parameters=(RUN, ANNOTATION, LAYER, SIGNAL, UNIT),
        source=PROBE_AND_ALL_STEPS,
        answer=Arrays(
            (
                *_STEPS,
                ArrayInfo("score", "F64", "[steps]", "of the unit"),
                ArrayInfo("best", "F64", "[steps]", "of the best unit of the signal"),
            )
        ),
        query=detectors.read_detector_history,
        notes=_HISTORY,
    ),
    Route(
        name="match",
        summary="The units that are on throughout a range of timesteps and off right around it, and the other places "
        "with this pattern.",
        parameters=(RUN, STEP, LAYER, ROW, SIGNAL, START, END, THRESHOLD),
        source=PROBE_AND_STEP,
        answer=Json(),
        query=detectors.find_pattern,
        notes=f"`units` lists the strongest {MAX_LISTED} at most; `matches` are of the whole pattern.",
    ),
    Route(
        name="match_history",
        summary="The share of a pattern that holds at its place, over steps.",
        parameters=(RUN, LAYER, ROW, SIGNAL, START, END, THRESHOLD, UNITS),
        source=PROBE_AND_ALL_STEPS,
        answer=Arrays((*_STEPS, ArrayInfo("score", "F64", "[steps]", "0 to 1"))),
        query=detectors.read_pattern_history,
        notes=f"{_HISTORY} `units` are at most {MAX_UNITS}.",
    ),
    Route(
        name="unit_matching",
        summary="The units of a layer of one run, matched with those of another by the correlation of a signal.",
        parameters=(RUN, STEP, LAYER, SIGNAL, OTHER_RUN, OTHER_STEP, OTHER_LAYER),
        source=PROBE_AND_STEP,
        answer=Arrays(
            (
                ArrayInfo("a", "I64", "[pairs]", "units of the first run, the strongest correlation first"),
                ArrayInfo("b", "I64", "[pairs]", "the units of the second run that they are matched with"),
                ArrayInfo("r", "F64", "[pairs]", "the correlation of the two over all samples and timesteps"),
                ArrayInfo("units", "I64", "[2]", "the number of units of each layer"),
                ArrayInfo("signed", "BOOL", "[]", "whether pairs are chosen by r; else by its absolute value"),
                ArrayInfo(
                    "chance",
                    "F64",
                    "[]",
                    "the median of |r| when each sample is matched with another; NaN for one sample",
                ),
                ArrayInfo("places", "I64", "[]", "timesteps of all samples that the correlations are computed from"),
            )
        ),
        query=unit_matching.read_unit_matching,
        notes=f"""One to one, with the largest sum of correlations (Li et al. 2016, "Convergent learning"), over at most
{MAX_PLACES} timesteps of all samples, evenly spread. Both runs must have the same probe. It needs SciPy.""",
    ),
    Route(
        name="distributions",
        summary="Histograms of a signal's values in two runs, over all samples, timesteps and units.",
        parameters=(RUN, STEP, LAYER, SIGNAL, OTHER_RUN, OTHER_STEP, OTHER_LAYER),
        source=STEP_ALONE,
        answer=Arrays(
            (
                ArrayInfo("edges", "F64", "[edges]", "the bins"),
                ArrayInfo("counts/a", "I64", "[bins]", "values of the first run"),
                ArrayInfo("counts/b", "I64", "[bins]", "values of the second run"),
            )
        ),
        query=unit_matching.read_distributions,
    ),
)
