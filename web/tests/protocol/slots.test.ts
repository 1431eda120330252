import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "../../shared/protocol/bytes.ts";

import type { Policy, SingleKey } from "../../shared/protocol/policies.ts";
import { BadSlot, devicesOf, laneOf, letIn, RECOVERY_SITE, recoveryOf, takeOut } from "../../shared/protocol/slots.ts";

const keyOf = (name: number): Bytes => Uint8Array.from({ length: 33 }, () => name);
const single = (name: number): SingleKey => ({ kind: "key", suite: 2, key: keyOf(name) });
const lanesOf = (policy: Policy): readonly (readonly [number, number | undefined])[] =>
  devicesOf(policy).map(({ lane, key }) => [lane, key[0]]);
const codeOf = (change: () => Policy): string => {
  try {
    change();
  } catch (error) {
    if (error instanceof BadSlot) return error.code;
    throw error;
  }
  return "changed";
};
const OPENED: Policy = { kind: "threshold", needed: 1, of: [single(1), single(9)] };

// A wallet is opened by one device; the recovery key is no device.
test("the wallet of one device is lane 0", () => {
  assert.deepEqual(lanesOf(single(1)), [[0, 1]]);
  assert.deepEqual(lanesOf(OPENED), [[0, 1]]);
  assert.deepEqual([recoveryOf(OPENED)?.key[0], recoveryOf(single(1))], [9, null]);
});

// No two tills may number their commands on one lane.
test("each device that is let in has a lane of its own, and keeps it", () => {
  const four = [2, 3, 4].reduce((policy: Policy, name) => letIn(policy, 2, keyOf(name)), OPENED);

  assert.deepEqual(lanesOf(four), [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
  ]);
  assert.equal(recoveryOf(four)?.key[0], 9);
  assert.equal(
    codeOf(() => letIn(four, 2, keyOf(5))),
    "no_slot",
  );
});

// Another till's lane must not move: its commands are numbered there.
test("a device that is taken out leaves its lane to the next one", () => {
  const three = letIn(letIn(OPENED, 2, keyOf(2)), 2, keyOf(3));

  const without = takeOut(three, 1);
  const again = letIn(without, 2, keyOf(4));

  assert.deepEqual(lanesOf(without), [
    [0, 1],
    [2, 3],
  ]);
  assert.deepEqual(lanesOf(again), [
    [0, 1],
    [1, 4],
    [2, 3],
  ]);
  assert.equal(laneOf(again, 2, keyOf(4)), 1);
  assert.equal(laneOf(again, 2, keyOf(2)), null);
  assert.equal(laneOf(again, 1, keyOf(4)), null);
});

// A shop must not lock itself out, and a key stands once: the ledger refuses a policy in which it stands twice.
test("the last device stays, and nobody is let in twice", () => {
  const two = letIn(OPENED, 2, keyOf(2));

  assert.equal(
    codeOf(() => takeOut(takeOut(two, 0), 1)),
    "last_device",
  );
  assert.equal(
    codeOf(() => letIn(two, 2, keyOf(2))),
    "already_in",
  );
  assert.equal(
    codeOf(() => letIn(two, 2, keyOf(9))),
    "already_in",
  );
  assert.equal(
    codeOf(() => takeOut(two, 3)),
    "no_such_device",
  );
  assert.equal(
    codeOf(() => takeOut(two, RECOVERY_SITE)),
    "no_such_device",
  );
});

// A shop that has made two of three sign must not be opened to any one by a page.
test("a policy of another form is left alone", () => {
  const seat = { site: 0, suite: 2, key: keyOf(1) };
  const others: readonly Policy[] = [
    { kind: "nobody" },
    { kind: "threshold", needed: 2, of: [single(1), single(2)] },
    { kind: "threshold", needed: 1, of: [single(1), { kind: "threshold", needed: 1, of: [single(2)] }] },
    { kind: "board", needed: 2, sites: 1, seats: [seat, { ...seat, site: 1 }] },
    { kind: "board", needed: 1, sites: 1, seats: [seat, { ...seat, key: keyOf(2) }] },
    { kind: "board", needed: 1, sites: 1, seats: [{ ...seat, site: 7 }] },
  ];

  for (const policy of others) {
    assert.deepEqual(lanesOf(policy), []);
    assert.equal(
      codeOf(() => letIn(policy, 2, keyOf(5))),
      "other_policy",
    );
    assert.equal(
      codeOf(() => takeOut(policy, 0)),
      "other_policy",
    );
  }
});
