import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../src/api/client.ts";
import type { Frame, FrameKey } from "../../src/state/frames.ts";
import { type Picture, pictureOf } from "../../src/state/picture.ts";
import { Screen } from "../../src/state/screen.ts";
import { NOTHING, type Selection } from "../../src/state/selection.ts";
import { abortError, runOf, settle, traceOf } from "./fakes.ts";

const RUN = runOf("a");

function pictureAt(step: number, more: Partial<Selection> = {}): Picture {
  const selection = { ...NOTHING, run: "a", layer: "lstm", sample: 0, ...more, step };
  const picture = pictureOf({ selection, run: RUN, otherRun: RUN });
  if (picture === null) throw new Error("There is no such picture.");
  return picture;
}

function frameOf({ a, order }: FrameKey): Frame {
  const part = { trace: traceOf(a), sample: null, series: null, scales: new Map() };
  return { a: part, b: null, fault: null, order: new Uint32Array(order.units), orderFault: null };
}

function make() {
  const here = new Set<number>();
  const events: string[] = [];
  const loads: { step: number; answer: () => Promise<void>; fail: (error: Error) => Promise<void> }[] = [];
  const prefetched: number[] = [];
  const kept: number[][] = [];
  const frames = {
    cached: (key: FrameKey) => (here.has(key.a.step) ? frameOf(key) : undefined),
    load: (key: FrameKey) =>
      new Promise<Frame>((resolve, reject) => {
        const then = (settleIt: () => void) => {
          settleIt();
          return settle();
        };
        const answer = () => then(() => resolve(frameOf(key)));
        loads.push({ step: key.a.step, answer, fail: (error) => then(() => reject(error)) });
      }),
    prefetch: (key: FrameKey) => prefetched.push(key.a.step),
    abortAllBut: (keys: readonly FrameKey[]) => kept.push(keys.map(({ a }) => a.step)),
  };
  const screen = new Screen(frames, {
    changed: () => {},
    shown: () => events.push(`shown ${screen.view?.a.trace.key.step}`),
    gone: ({ a }) => events.push(`gone ${a.key.step}`),
  });
  const shown = () => screen.view?.a.trace.key.step ?? null;
  return { screen, here, events, loads, prefetched, kept, shown };
}

test("a picture that is here is shown at once, and the next ones are fetched", () => {
  const { screen, here, events, loads, prefetched, kept, shown } = make();
  here.add(1);
  void screen.want(pictureAt(1), [pictureAt(2), pictureAt(3)]);
  assert.deepEqual([shown(), screen.loading, loads.length], [1, false, 0]);
  assert.deepEqual([events, prefetched, kept], [["shown 1"], [2, 3], [[1, 2, 3]]]);
});

test("the last picture stays until the next one of the same series is there", async () => {
  const { screen, here, loads, prefetched, shown } = make();
  here.add(1);
  void screen.want(pictureAt(1), []);
  const settled = screen.want(pictureAt(2), [pictureAt(3)]);
  assert.deepEqual([shown(), screen.loading, prefetched], [1, true, []]);
  await loads[0]?.answer();
  await settled;
  assert.deepEqual([shown(), screen.loading, prefetched], [2, false, [3]]);
});

test("a picture of another layer or sample leaves nothing of the last one", () => {
  const { screen, here, shown } = make();
  here.add(1);
  void screen.want(pictureAt(1), []);
  void screen.want(pictureAt(2, { sample: 1 }), []);
  assert.deepEqual([shown(), screen.loading], [null, true]);
});

test("an answer that comes after the selection moved on is not shown", async () => {
  const { screen, events, loads, shown } = make();
  const first = screen.want(pictureAt(1), []);
  const second = screen.want(pictureAt(2), []);
  await loads[0]?.answer();
  await first;
  assert.deepEqual([shown(), screen.loading], [null, true]);
  await loads[1]?.answer();
  await second;
  assert.deepEqual([shown(), events], [2, ["shown 2"]]);
});

test("nor does its failure tell anything of what is shown by then", async () => {
  const { screen, here, events, loads, shown } = make();
  const first = screen.want(pictureAt(1), []);
  here.add(2);
  void screen.want(pictureAt(2), []);
  await loads[0]?.fail(new ApiError(404, "Gone."));
  await first;
  assert.deepEqual([shown(), screen.fault, events], [2, null, ["shown 2"]]);
});

test("the same picture is fetched once, and whoever wants it waits for the same arrival", async () => {
  const { screen, loads } = make();
  const [first, second] = [screen.want(pictureAt(1), []), screen.want(pictureAt(1), [])];
  assert.equal(first, second);
  assert.ok(screen.wants(pictureAt(1)) && !screen.wants(pictureAt(2)));
  await loads[0]?.answer();
  await second;
  void screen.want(pictureAt(1), []);
  assert.equal(loads.length, 1);
});

test("a picture that cannot be fetched leaves the reason, and is fetched again only on request", async () => {
  const { screen, here, events, loads, shown } = make();
  here.add(1);
  void screen.want(pictureAt(1), []);
  void screen.want(pictureAt(2), []);
  await loads[0]?.fail(new ApiError(500, "Trouble."));
  assert.deepEqual([shown(), screen.loading, screen.fault, events], [null, false, "Trouble.", ["shown 1"]]);
  void screen.want(pictureAt(2), []);
  assert.equal(loads.length, 1);
  screen.retry();
  void screen.want(pictureAt(2), []);
  assert.deepEqual([loads.length, screen.fault], [2, null]);
  await loads[1]?.answer();
  screen.retry();
  void screen.want(pictureAt(2), []);
  assert.equal(loads.length, 2);
});

test("a trace that is gone is told", async () => {
  const { screen, events, loads } = make();
  void screen.want(pictureAt(1), []);
  await loads[0]?.fail(new ApiError(404, "Gone."));
  assert.deepEqual([events, screen.fault], [["gone 1"], "Gone."]);
});

test("an abort is no fault", async () => {
  const { screen, loads } = make();
  void screen.want(pictureAt(1), []);
  await loads[0]?.fail(abortError());
  assert.deepEqual([screen.fault, screen.loading], [null, true]);
});

test("once the files may have changed, the same picture is fetched again, and the last one stays until then", async () => {
  const { screen, loads, shown } = make();
  void screen.want(pictureAt(1), []);
  await loads[0]?.answer();
  screen.forget();
  void screen.want(pictureAt(1), []);
  assert.deepEqual([loads.length, shown(), screen.loading], [2, 1, true]);
});

test("what is left waits for nothing, and what is cleared shows nothing", async () => {
  const { screen, loads, shown } = make();
  void screen.want(pictureAt(1), []);
  await loads[0]?.answer();
  void screen.want(pictureAt(2), []);
  screen.leave({ keepsView: true });
  assert.deepEqual([shown(), screen.loading], [1, false]);
  await loads[1]?.answer();
  assert.equal(shown(), 1);
  void screen.want(pictureAt(1), []);
  screen.clear();
  assert.deepEqual([shown(), screen.loading], [null, true]);
  await loads[2]?.answer();
  assert.equal(shown(), null);
  screen.leave({ keepsView: false });
  assert.deepEqual([shown(), screen.loading], [null, false]);
});
