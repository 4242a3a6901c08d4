import assert from "node:assert/strict";
import { test } from "node:test";
import type { Trace } from "../../src/api/trace.ts";
import type { TraceKey } from "../../src/api/types.ts";
import { type OrderKey, Orders } from "../../src/state/orders.ts";
import { FakeClient } from "./fakes.ts";

const A: TraceKey = { run: "a", layer: "lstm", sample: 0, step: 1 };
const B: TraceKey = { ...A, step: 0 };

function make(answers: FakeClient["answers"] = () => Uint32Array.of(2, 0, 1)) {
  const fake = new FakeClient(answers);
  const loaded: number[] = [];
  // One timestep of three units: their values are 1, 3, 2 at A, and 1, 3, 9 at B.
  const load = async (key: TraceKey): Promise<Trace> => {
    loaded.push(key.step);
    const data = Float32Array.of(1, 3, key.step === 1 ? 2 : 9);
    return {
      key,
      signals: new Map([["gate", { dtype: "F32", timesteps: 1, units: 3, data }]]),
      mask: null,
      bytes: 12,
    };
  };
  return { fake, loaded, orders: new Orders(fake.client, { load }) };
}

function keyOf(more: Partial<OrderKey> = {}): OrderKey {
  return { by: "mean", signal: "gate", units: 3, saturation: null, a: A, b: null, ...more };
}

test("the order by index is always here", async () => {
  const { orders, loaded } = make();
  const key = keyOf({ by: "index" });
  assert.deepEqual([...(orders.cached(key) ?? [])], [0, 1, 2]);
  assert.equal(await orders.load(key), orders.cached(key));
  assert.deepEqual([loaded, Orders.tracesOf(key)], [[], []]);
});

test("an order by the units' values is computed once, from its own trace", async () => {
  const { orders, loaded } = make();
  assert.equal(orders.cached(keyOf()), undefined);
  assert.deepEqual([...(await orders.load(keyOf()))], [1, 2, 0]);
  await orders.load(keyOf());
  assert.deepEqual([loaded, Orders.tracesOf(keyOf())], [[1], [A]]);
  assert.notEqual(orders.cached(keyOf()), undefined);
  orders.clear();
  assert.equal(orders.cached(keyOf()), undefined);
});

test("the change from A to B needs both traces", async () => {
  const { orders, loaded } = make();
  const key = keyOf({ by: "change", b: B });
  assert.deepEqual([...(await orders.load(key))], [2, 0, 1]);
  assert.deepEqual(
    [loaded, Orders.tracesOf(key)],
    [
      [1, 0],
      [A, B],
    ],
  );
});

test("an order by saturation needs the signal's thresholds", async () => {
  const { orders } = make();
  const by = async (saturation: OrderKey["saturation"]) => [
    ...(await orders.load(keyOf({ by: "saturation", saturation }))),
  ];
  assert.deepEqual(await by([0, 2.5]), [1, 0, 2]);
  assert.deepEqual(await by([1.5, 2.5]), [0, 1, 2]);
  assert.deepEqual(await by(null), [0, 1, 2]);
});

test("likeness is the server's to order, for the signal in question", async () => {
  const { fake, orders, loaded } = make();
  const key = keyOf({ by: "similarity" });
  assert.deepEqual([...(await orders.load(key))], [2, 0, 1]);
  assert.deepEqual(fake.last("similarity").key, { ...A, signal: "gate" });
  assert.deepEqual([loaded, Orders.tracesOf(key)], [[], []]);
});

test("a signal with fewer units orders its own, and the others follow", async () => {
  const { orders } = make();
  assert.deepEqual([...(await orders.load(keyOf({ units: 5 })))], [1, 2, 0, 3, 4]);
  assert.deepEqual([...(await orders.load(keyOf({ by: "similarity", units: 4 })))], [2, 0, 1, 3]);
});

test("a signal that the trace does not have leaves the units by index", async () => {
  assert.deepEqual([...(await make().orders.load(keyOf({ signal: "gone" })))], [0, 1, 2]);
});

test("an order that is not wanted any more is aborted", async () => {
  const { fake, orders } = make(() => undefined);
  const [kept, dropped] = [keyOf({ by: "similarity" }), keyOf({ by: "similarity", a: B })];
  const loads = Promise.allSettled([orders.load(kept), orders.load(dropped)]);
  orders.abortAllBut([kept]);
  assert.deepEqual(
    fake.requests.map(({ signal }) => signal.aborted),
    [false, true],
  );
  await fake.requests[0]?.answer(Uint32Array.of(0, 1, 2));
  assert.deepEqual(
    (await loads).map(({ status }) => status),
    ["fulfilled", "rejected"],
  );
});
