import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Player } from "../../src/state/player.ts";
import { settle } from "./fakes.ts";

function make() {
  const begun: boolean[] = [];
  const answers: ((more: boolean) => void)[] = [];
  let ended = 0;
  const player = new Player(
    (begins) => {
      begun.push(begins);
      return new Promise((resolve) => answers.push(resolve));
    },
    () => ended++,
  );
  const shown = async (more: boolean) => {
    answers.at(-1)?.(more);
    await settle();
  };
  return { player, begun, shown, ended: () => ended };
}

test("the player goes on once the step is shown and its time is over, and ends where there is none", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { player, begun, shown, ended } = make();
  player.rate = 2;
  player.start();
  player.start();
  assert.deepEqual([begun, player.playing], [[true], true]);
  t.mock.timers.tick(10_000);
  assert.equal(begun.length, 1);
  await shown(true);
  t.mock.timers.tick(400);
  assert.equal(begun.length, 1);
  t.mock.timers.tick(100);
  assert.deepEqual(begun, [true, false]);
  await shown(false);
  assert.deepEqual([ended(), player.playing], [1, false]);
});

test("a step that took longer than its time is followed at once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = mock.method(performance, "now", () => 0);
  const { player, begun, shown } = make();
  player.start();
  clock.mock.mockImplementation(() => 10_000);
  await shown(true);
  t.mock.timers.tick(0);
  assert.equal(begun.length, 2);
  player.stop();
  clock.mock.restore();
});

test("a stopped player shows nothing more, whether a step is on its way or its time is running", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { player, begun, shown, ended } = make();
  player.start();
  player.stop();
  await shown(true);
  t.mock.timers.tick(10_000);
  assert.equal(begun.length, 1);
  player.start();
  await shown(true);
  player.stop();
  t.mock.timers.tick(10_000);
  assert.deepEqual([begun, ended(), player.playing], [[true, true], 0, false]);
});

test("a player that is started again does not go on with what it did before", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { player, begun, shown } = make();
  player.start();
  const first = shown;
  player.stop();
  player.start();
  assert.deepEqual(begun, [true, true]);
  await first(true);
  t.mock.timers.tick(1000 / player.rate);
  assert.equal(begun.length, 3);
  player.stop();
});
