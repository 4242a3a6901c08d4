import assert from "node:assert/strict";
import { test } from "node:test";
import { Reloads } from "../../src/state/reloads.ts";

function make() {
  let count = 0;
  const reloads = new Reloads(() => count++);
  return { reloads, count: () => count };
}

test("a visible tab reads the log at once", () => {
  const { reloads, count } = make();
  reloads.request();
  assert.equal(count(), 1);
});

test("a hidden tab reads it once it is visible, once", () => {
  const { reloads, count } = make();
  reloads.setVisible(false);
  reloads.request();
  reloads.request();
  assert.equal(count(), 0);
  reloads.setVisible(true);
  assert.equal(count(), 1);
  reloads.setVisible(false);
  reloads.setVisible(true);
  assert.equal(count(), 1);
});

test("a run that is not there yet is looked for every three seconds, unless something else happens", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { reloads, count } = make();
  reloads.requestLater();
  t.mock.timers.tick(2999);
  assert.equal(count(), 0);
  t.mock.timers.tick(1);
  assert.equal(count(), 1);
  reloads.requestLater();
  reloads.request();
  t.mock.timers.tick(10_000);
  assert.equal(count(), 2);
  reloads.requestLater();
  reloads.cancel();
  t.mock.timers.tick(10_000);
  assert.equal(count(), 2);
});

test("a hidden tab is not polled", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { reloads, count } = make();
  reloads.requestLater();
  reloads.setVisible(false);
  t.mock.timers.tick(10_000);
  assert.equal(count(), 0);
  reloads.setVisible(true);
  assert.equal(count(), 1);
});
