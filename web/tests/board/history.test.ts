import assert from "node:assert/strict";
import { test } from "node:test";

import { columnsOf, KEPT, LINES, withNewer } from "../../console/board/history.ts";
import { changeOf, keptChanges } from "../../console/board/live.ts";
import type { Change, Figures } from "../../console/board/supply.ts";

const HOUR_MS = 3_600_000;
const NOW = 1_700_000_000_000;

function change(id: number, atMs: number, wallets: bigint): Change {
  const figures: Figures = {
    issued: 0n,
    withdrawn: 0n,
    issuingVault: 0n,
    bankVaults: 0n,
    wallets,
    inTransit: 0n,
    reserve: 0n,
    lawHolds: true,
  };
  return { id, atMs, figures };
}

const record = (id: number) => ({
  id,
  at_ms: NOW,
  supply: {
    issued_fen: 5n,
    withdrawn_fen: 0n,
    issuing_vault_fen: 0n,
    bank_vaults_fen: 0n,
    wallets_fen: 5n,
    in_transit_fen: 0n,
    reserve_fen: 5n,
    law_holds: true,
  },
});

// The stream begins with the newest change, which the pages have told already.
test("a change that is told twice counts once", () => {
  const known = [change(1, 0, 1n), change(2, 1, 2n)];

  const now = withNewer(known, [change(2, 1, 2n), change(3, 2, 3n)]);

  assert.deepEqual(
    now.map((each) => each.id),
    [1, 2, 3],
  );
});

// A board that stands on a wall for a year does not grow for a year.
test("the page keeps as many changes as it can draw", () => {
  const many = Array.from({ length: KEPT + 5 }, (_, at) => change(at + 1, at, 0n));

  assert.equal(withNewer([], many).length, KEPT);
  assert.equal(withNewer([], many)[0]?.id, 6);
});

// What was so before the span began was so when it began; what is so now is so until now.
test("a chart begins with what was in force, and ends with how it stands", () => {
  const changes = [
    change(1, NOW - 3 * HOUR_MS, 100n),
    change(2, NOW - 2 * HOUR_MS, 250n),
    change(3, NOW - 60_000, 300n),
  ];

  const [seconds, wallets] = columnsOf(changes, [LINES.wallets], "hour", NOW);

  assert.deepEqual(wallets, [2.5, 3, 3]);
  assert.deepEqual(seconds, [(NOW - HOUR_MS) / 1_000, (NOW - 60_000) / 1_000, NOW / 1_000]);
});

// Ten thousand points are a grey smear and a slow page.
test("a chart of many changes has few points, and the newest is one of them", () => {
  const changes = Array.from({ length: 9_999 }, (_, at) => change(at + 1, NOW - 9_999 + at, BigInt(at)));

  const [seconds, wallets] = columnsOf(changes, [LINES.wallets], "all", NOW);

  assert.ok(seconds.length <= 601);
  assert.equal(wallets?.at(-1), 99.98);
  assert.deepEqual(columnsOf([], [LINES.wallets], "day", NOW), [[], []]);
});

// Each page begins behind the last row of the one before.
test("all changes that are kept are read, page by page", async () => {
  const asked: string[] = [];
  const pages = [
    { items: [record(1), record(2)], next: "two words" },
    { items: [record(3)], next: null },
  ];

  const found = await keptChanges(async (path) => {
    asked.push(path);
    return pages[asked.length - 1] ?? {};
  });

  assert.deepEqual(
    found.map((each) => each.id),
    [1, 2, 3],
  );
  assert.deepEqual(asked, ["/v1/supply/history?limit=1000", "/v1/supply/history?limit=1000&cursor=two%20words"]);
});

// An event that cannot be read must not stop the board: the next cut tells how it stands.
test("an event of another version is passed over", () => {
  assert.equal(changeOf("{}"), null);
  assert.equal(changeOf("no JSON"), null);
});
