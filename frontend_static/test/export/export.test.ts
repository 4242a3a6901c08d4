import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { halfTable } from "../../src/api/float16.ts";
import { type Matrix, valueAt } from "../../src/api/trace.ts";
import { csv } from "../../src/export/csv.ts";
import { npy } from "../../src/export/npy.ts";
import { type Place, snippet } from "../../src/export/snippet.ts";

const [NAN, INF] = [Number.NaN, Number.POSITIVE_INFINITY];

function matrix(dtype: Matrix["dtype"], units: number, values: number[]): Matrix {
  const arrays = { F16: Uint16Array, F32: Float32Array, F64: Float64Array };
  return { dtype, timesteps: values.length / units, units, data: arrays[dtype].from(values) };
}

// What numpy.save writes of [[0, 1, -2], [0.5, inf, 0.1]] in each dtype: this header, then these bytes.
const saved = (descr: string, hex: string) => {
  const fields = `{'descr': '${descr}', 'fortran_order': False, 'shape': (2, 3), }`;
  const header = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${fields.padEnd(117)}\n`, "latin1");
  return new Uint8Array(Buffer.concat([header, Buffer.from(hex, "hex")]));
};
const VALUES = [0, 1, -2, 0.5, INF, 0.1];

test("a NumPy file is what numpy.save writes, byte for byte", () => {
  const half = matrix("F16", 3, [0x0000, 0x3c00, 0xc000, 0x3800, 0x7c00, 0x2e66]);
  assert.deepEqual(npy(half), saved("<f2", "0000003c00c00038007c662e"));
  const single = "000000000000803f000000c00000003f0000807fcdcccc3d";
  assert.deepEqual(npy(matrix("F32", 3, VALUES)), saved("<f4", single));
  const double =
    "0000000000000000000000000000f03f00000000000000c0000000000000e03f000000000000f07f9a9999999999b93f";
  assert.deepEqual(npy(matrix("F64", 3, VALUES)), saved("<f8", double));
});

test("a NumPy file of a part of the server's answer holds that part", () => {
  const answer = Float32Array.of(9, 9, ...VALUES, 9).buffer;
  const part: Matrix = { dtype: "F32", timesteps: 2, units: 3, data: new Float32Array(answer, 8, 6) };
  assert.deepEqual(npy(part), npy(matrix("F32", 3, VALUES)));
});

test("the array of a NumPy file starts on a multiple of 64, at the length that the header gives", () => {
  for (const [timesteps, units] of [
    [0, 1],
    [1, 1],
    [2000, 512],
    [123456, 10],
  ] as const) {
    const data = new Uint16Array(timesteps * units).fill(0x3c00);
    const file = npy({ dtype: "F16", timesteps, units, data });
    const start = file.length - data.byteLength;
    assert.equal(start % 64, 0);
    assert.equal(new DataView(file.buffer).getUint16(8, true), start - 10);
    assert.equal(file[start - 1], "\n".charCodeAt(0));
    assert.ok(Buffer.from(file.subarray(0, start)).includes(`'shape': (${timesteps}, ${units}), }`));
  }
});

const NOUNS = ["unit", "timestep"] as const;
const BARE = { tokens: null, mask: null, nouns: NOUNS };

test("CSV has a row per timestep and a column per unit", () => {
  const signal = matrix("F32", 2, [1, -0.5, 0.1, 2e-8, 1e10, -0]);
  assert.equal(
    csv(signal, BARE),
    "timestep,unit 0,unit 1\n0,1,-0.5\n1,0.10000000149011612,1.999999987845058e-8\n2,10000000000,-0\n",
  );
});

test("NaN and infinities are spelt as NumPy reads them, and padding is empty", () => {
  const signal = matrix("F64", 2, [NAN, INF, -INF, 1, NAN, NAN]);
  assert.equal(
    csv(signal, { tokens: null, mask: Uint8Array.of(1, 1, 0), nouns: NOUNS }),
    "timestep,unit 0,unit 1\n0,nan,inf\n1,-inf,1\n2,,\n",
  );
});

test("an integer too long for pandas has an exponent", () => {
  const signal = matrix("F64", 1, [2 ** 53 - 1, -(2 ** 53), 2e19, 1e300]);
  const column = csv(signal, BARE).split("\n").slice(1, -1);
  assert.deepEqual(column, ["0,9007199254740991", "1,-9.007199254740992e+15", "2,2e+19", "3,1e+300"]);
});

test("every half float reads back as itself", () => {
  const signal = matrix("F16", 256, [...halfTable().keys()]);
  const rows = csv(signal, BARE).trimEnd().split("\n").slice(1);
  assert.equal(rows.length, 256);
  const words: Record<string, number> = { nan: NAN, inf: INF, "-inf": -INF };
  for (const [timestep, row] of rows.entries()) {
    const [first, ...values] = row.split(",");
    assert.equal(first, String(timestep));
    for (const [unit, text] of values.entries()) {
      assert.ok(Object.is(words[text] ?? Number(text), valueAt(signal, timestep, unit)), text);
    }
  }
});

test("tokens are quoted where they must be, and never changed", () => {
  const tokens = ["a", ",", '"', "\n", "\r", " b", "c ", " ", "=A1", "-", "+", "@x", "🙂", "", 'x"y', "a\rb"];
  const signal = matrix(
    "F32",
    1,
    tokens.map(() => 1),
  );
  const fields = ["a", '","', '""""', '"\n"', '"\r"', '" b"', '"c "', '" "', "=A1", "-", "+", "@x", "🙂", ""];
  const rows = [...fields, '"x""y"', '"a\rb"'].map((field, timestep) => `${timestep},${field},1\n`);
  assert.equal(csv(signal, { tokens, mask: null, nouns: NOUNS }), `timestep,token,unit 0\n${rows.join("")}`);
});

test("a padded timestep keeps its token, and one without a token has an empty field", () => {
  const signal = matrix("F32", 2, [1, 2, 3, 4]);
  const text = csv(signal, { tokens: ["[PAD]"], mask: Uint8Array.of(0, 1), nouns: NOUNS });
  assert.equal(text, "timestep,token,unit 0,unit 1\n0,[PAD],,\n1,,3,4\n");
});

const PLACE: Place = {
  directory: "logs/run-1/rnn",
  layer: "lstm",
  signal: "forget_gate",
  sample: 0,
  step: 7,
  window: null,
  units: null,
};
const IMPORT = "from tb_rnn_plugin import open_run\n\n";
const OPEN = 'run = open_run("logs/run-1/rnn")\n';

/** The line that loads, without its comment. */
const loaded = (more: Partial<Place>) =>
  /^values = run\.load(.*?)( {2}#.*)?$/m.exec(snippet({ ...PLACE, ...more }))?.[1];

test("Python that loads what is shown", () => {
  const load = 'values = run.load("lstm", "forget_gate", step=7)[0]  # [timestep, unit]\n';
  assert.equal(snippet(PLACE), IMPORT + OPEN + load);
});

test("zoom and units are an index after the sample's", () => {
  const window = { from: 11.6, to: 40.2 };
  assert.equal(loaded({ sample: 2 }), '("lstm", "forget_gate", step=7)[2]');
  assert.equal(loaded({ window }), '("lstm", "forget_gate", step=7)[0][11:41]');
  assert.equal(loaded({ units: [7, 3] }), '("lstm", "forget_gate", step=7)[0][:, [7, 3]]');
  assert.equal(loaded({ window, units: [5] }), '("lstm", "forget_gate", step=7)[0][11:41, [5]]');
  // A negative start would count from the end.
  assert.equal(loaded({ window: { from: -0.5, to: 3 } }), '("lstm", "forget_gate", step=7)[0][0:3]');
});

test("two places of one run open it once, and those of two runs both", () => {
  const a = 'load("lstm", "forget_gate", step=7)[0]  # [timestep, unit]\n';
  const b = 'load("lstm", "forget_gate", step=9)[0]\n';
  const one = `${IMPORT}${OPEN}a = run.${a}b = run.${b}`;
  assert.equal(snippet(PLACE, { ...PLACE, step: 9 }), one);
  assert.equal(snippet(PLACE, { ...PLACE, step: 9 }, true), `${one}difference = a - b\n`);
  const two = snippet(PLACE, { ...PLACE, directory: "logs/run-2/rnn", step: 9 }, true);
  const opened = 'run_a = open_run("logs/run-1/rnn")\nrun_b = open_run("logs/run-2/rnn")\n';
  assert.equal(two, `${IMPORT}${opened}a = run_a.${a}b = run_b.${b}difference = a - b\n`);
});

test("what does not show in an editor is escaped", () => {
  assert.ok(
    snippet({ ...PLACE, layer: "a\u2028b\u202ec\u007f\u{e0041}" }).includes(
      '"a\\u2028b\\u202ec\\u007f\\U000e0041"',
    ),
  );
  assert.ok(snippet({ ...PLACE, layer: "größe/🙂" }).includes('"größe/🙂"'));
});

/** Runs a snippet with an `open_run` that answers [timestep, unit] numbers, and says what it was asked for. */
const STAND_IN = `
import json, sys, types

class Indexed:
    def __init__(self, path): self.path = path
    def __getitem__(self, index): return Indexed([*self.path, repr(index)])
    def __sub__(self, other): return Indexed([self.path, other.path])

class Run:
    def __init__(self, directory): self.directory = directory
    def load(self, layer, signal, step): return Indexed([self.directory, layer, signal, step])

module = types.ModuleType("tb_rnn_plugin")
module.open_run = Run
sys.modules["tb_rnn_plugin"] = module
names = {}
exec(compile(sys.stdin.buffer.read().decode("utf-8"), "snippet", "exec"), names)
print(json.dumps({name: value.path for name, value in names.items() if isinstance(value, Indexed)}))
`;

function run(code: string): Record<string, unknown> {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", STAND_IN], {
    input: code,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const PYTHON = spawnSync("python3", ["--version"]).status === 0;

test("Python reads the very names, whatever is in them", { skip: !PYTHON }, () => {
  const names = [
    "C:\\Users\\new\\table\\x41",
    `"quoted" and 'single' and """three"""`,
    "a\nb\r\tc\0d\b\f\u001b",
    "größe/🙂/\u2028\u2029\u0085\u202e\u200d\ufeff\u{e0041}",
    "bytes \udcff that are no text \ud83d",
    "{braces} %s \\N{DASH} \\u0041",
  ];
  for (const name of names) {
    const { values } = run(snippet({ ...PLACE, directory: name, layer: `${name}/lstm`, signal: name }));
    assert.deepEqual(values, [name, `${name}/lstm`, name, 7, "0"]);
  }
});

test("Python asks for the stretch, the units and both sides that are shown", { skip: !PYTHON }, () => {
  const a = { ...PLACE, window: { from: 2.5, to: 9.1 }, units: [7, 3], sample: 4 };
  const both = run(snippet(a, { ...a, directory: "b", step: 9, units: null }, true));
  const first = ["logs/run-1/rnn", "lstm", "forget_gate", 7, "4", "(slice(2, 10, None), [7, 3])"];
  const second = ["b", "lstm", "forget_gate", 9, "4", "slice(2, 10, None)"];
  assert.deepEqual(both, { a: first, b: second, difference: [first, second] });
});
