import assert from "node:assert/strict";
import { test } from "node:test";
import { documentIn } from "../../console/answers.ts";
import { type Board, boardIn, ranked, rates, standingIn, ticketIn, withNewer } from "../../console/pilot/boards.ts";
import { Trouble } from "../../shared/holder/trouble.ts";

const LINE = {
  operator: "001",
  place: 1,
  points: 30,
  wallets: 4,
  active: 4,
  settled: 40,
  moved_fen: 12_300,
  conflicts: 0,
  attempts: 40,
  kept: 40,
  payment_p50_us: 1_000,
  payment_p95_us: 2_000,
  order_p50_us: 3_000,
  order_p95_us: 4_000,
  cost_us: 5_000,
};

const BOARD = {
  id: 1,
  taken_at_ms: 1,
  phase: 1,
  is_final: false,
  began_at_ms: 0,
  at_ms: 1_000,
  law_holds: true,
  wallets_agree: false,
  movements: 10,
  upto: 9,
  lines: [LINE],
  criteria: [{ name: "conflicts", wanted: "none", seen: "0", passed: true }],
  board: "64736362",
  certificate: "-----BEGIN CERTIFICATE-----",
};

function board(id: number, atMs: number, attempts: number, phase = 1): Board {
  return boardIn(documentIn(JSON.stringify({ ...BOARD, id, phase, at_ms: atMs, lines: [{ ...LINE, attempts }] })));
}

test("how the pilot stands is read, with money as whole fen", () => {
  const told = JSON.stringify({ newest: BOARD, ended: [], gate_passed: false, draw: null });

  const standing = standingIn(documentIn(told));

  assert.equal(standing.newest?.lines[0]?.moved, 12_300n);
  assert.deepEqual([standing.ended, standing.gatePassed, standing.draw], [[], false, null]);
});

test("an answer that lacks a field, or has one of another kind, is none", () => {
  const broken = [
    { ...BOARD, lines: [{ ...LINE, points: "30" }] },
    { ...BOARD, criteria: null },
    { ...BOARD, law_holds: 1 },
  ];

  for (const told of broken) assert.throws(() => boardIn(documentIn(JSON.stringify(told))), Trouble);
});

test("whoever leads comes first, and who has no customer does not run", () => {
  const lines = [
    { ...LINE, operator: "001", place: 2 },
    { ...LINE, operator: "002", place: null },
    { ...LINE, operator: "004", place: 1 },
    { ...LINE, operator: "003", place: 1 },
  ];

  const racing = ranked(boardIn(documentIn(JSON.stringify({ ...BOARD, lines }))));

  assert.deepEqual(
    racing.map((line) => line.operator),
    ["003", "004", "001"],
  );
});

test("boards are kept in order, each once, and those of another phase are let go", () => {
  const known = [board(1, 1_000, 10), board(2, 2_000, 20)];

  const ids = (boards: readonly Board[]) => boards.map((each) => each.id);

  assert.deepEqual(ids(withNewer(known, board(3, 3_000, 30))), [1, 2, 3]);
  assert.deepEqual(ids(withNewer(known, board(2, 2_000, 20))), [1, 2]);
  assert.deepEqual(ids(withNewer(known, board(3, 3_000, 30), 2)), [2, 3]);
  assert.deepEqual(ids(withNewer(known, board(4, 4_000, 1, 2))), [4]);
});

test("a rate is what came between two boards, in each second", () => {
  const boards = [board(1, 1_000, 10), board(2, 3_000, 50), board(3, 3_000, 60), board(4, 4_000, 60)];

  assert.deepEqual(rates(boards), [
    [3, 4],
    [20, 0],
  ]);
});

test("a ticket is 64 hex digits, with blanks and capitals as people copy them", () => {
  const ticket = "0123456789abcdef".repeat(4);

  assert.equal(ticketIn(` ${ticket.toUpperCase().replace("F", "F ")}\n`), ticket);
  for (const text of ["", "xyz", ticket.slice(1), `${ticket}0`, ticket.replace("0", "g")]) {
    assert.equal(ticketIn(text), null);
  }
});
