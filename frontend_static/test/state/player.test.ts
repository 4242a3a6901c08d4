import assert from "node:assert/strict";
import { test } from "node:test";
import { Player } from "../../src/state/player.ts";

test("the player goes on only once the step is shown, and says when it is through", async () => {
  const shown: number[] = [];
  let release = () => {};
  const ended = new Promise<void>((resolve) => {
    const player = new Player(async () => {
      await new Promise<void>((next) => {
        release = next;
      });
      shown.push(shown.length);
      return shown.length < 3;
    }, resolve);
    player.rate = 1000;
    player.start();
    player.start();
    assert.ok(player.playing);
  });
  for (let i = 0; i < 3; i++) {
    assert.equal(shown.length, i);
    release();
    await new Promise((next) => setTimeout(next, 10));
  }
  await ended;
  assert.deepEqual(shown, [0, 1, 2]);
});

test("a stopped player shows nothing more", async () => {
  let steps = 0;
  const player = new Player(
    async () => {
      steps++;
      return true;
    },
    () => assert.fail("stopping is not ending"),
  );
  player.rate = 1000;
  player.start();
  player.stop();
  await new Promise((next) => setTimeout(next, 20));
  assert.equal(steps, 1);
  assert.equal(player.playing, false);
});
