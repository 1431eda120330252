/** Score-boards and the draw, as the central bank tells them: every field is looked at before it is believed. */

import { type Fields, fenOf, listOf, numberOf, numberOrNull, recordOf, textOf, textsOf, truthOf } from "../answers.ts";

/** How one operator does; times in microseconds. */
export interface Line {
  readonly operator: string;
  readonly place: number | null;
  readonly points: number;
  readonly wallets: number;
  readonly active: number;
  readonly settled: number;
  readonly moved: bigint;
  readonly conflicts: number;
  readonly attempts: number;
  readonly kept: number;
  readonly paymentP50: number;
  readonly paymentP95: number;
  readonly orderP50: number;
  readonly orderP95: number;
  readonly cost: number;
}

/** What the gate wants, and what was seen. */
export interface Criterion {
  readonly name: string;
  readonly wanted: string;
  readonly seen: string;
  readonly passed: boolean;
}

/** A score-board; `message` is what was signed, hex. */
export interface Board {
  readonly id: number;
  readonly phase: number;
  readonly isFinal: boolean;
  readonly beganAtMs: number;
  readonly atMs: number;
  readonly lawHolds: boolean;
  readonly walletsAgree: boolean;
  readonly movements: number;
  readonly upto: number;
  readonly lines: readonly Line[];
  readonly criteria: readonly Criterion[];
  readonly message: string;
  readonly certificate: string;
}

/** A draw, without its list. */
export interface Draw {
  readonly committedAtMs: number;
  readonly shownAtMs: number | null;
  readonly tickets: number;
  readonly envelopes: number;
  readonly amount: bigint;
  readonly frame: number;
  readonly winners: readonly string[];
}

/** How the pilot stands. */
export interface Standing {
  readonly newest: Board | null;
  readonly ended: readonly Board[];
  readonly gatePassed: boolean;
  readonly draw: Draw | null;
}

/** Read how the pilot stands.
 *
 * @throws Trouble `strange_answer`.
 */
export function standingIn(told: Fields): Standing {
  return {
    newest: told.newest === null ? null : boardIn(recordOf(told, "newest")),
    ended: listOf(told, "ended", boardIn),
    gatePassed: truthOf(told, "gate_passed"),
    draw: told.draw === null ? null : drawIn(recordOf(told, "draw")),
  };
}

/** Read a board.
 *
 * @throws Trouble `strange_answer`.
 */
export function boardIn(told: Fields): Board {
  return {
    id: numberOf(told, "id"),
    phase: numberOf(told, "phase"),
    isFinal: truthOf(told, "is_final"),
    beganAtMs: numberOf(told, "began_at_ms"),
    atMs: numberOf(told, "at_ms"),
    lawHolds: truthOf(told, "law_holds"),
    walletsAgree: truthOf(told, "wallets_agree"),
    movements: numberOf(told, "movements"),
    upto: numberOf(told, "upto"),
    lines: listOf(told, "lines", lineIn),
    criteria: listOf(told, "criteria", criterionIn),
    message: textOf(told, "board"),
    certificate: textOf(told, "certificate"),
  };
}

/** Whoever leads first; an operator without a customer does not run. */
export function ranked(board: Board): Line[] {
  return board.lines
    .filter((line) => line.place !== null)
    .sort((one, other) => (one.place ?? 0) - (other.place ?? 0) || one.operator.localeCompare(other.operator));
}

/** Return the boards with a newer one behind them: of one phase, each once, the newest `most` of them. */
export function withNewer(known: readonly Board[], newer: Board, most = 600): Board[] {
  const same = known.filter((board) => board.phase === newer.phase && board.id < newer.id);
  return [...same, newer].slice(-most);
}

/** Return seconds since 1970 and how many steps ended in each second between two boards. */
export function rates(boards: readonly Board[]): readonly [seconds: number[], rates: number[]] {
  const seconds: number[] = [];
  const found: number[] = [];
  for (const [at, board] of boards.entries()) {
    const before = boards[at - 1];
    if (before === undefined || board.atMs <= before.atMs) continue;
    seconds.push(board.atMs / 1_000);
    found.push((attempts(board) - attempts(before)) / ((board.atMs - before.atMs) / 1_000));
  }
  return [seconds, found];
}

/** Return whether a text is a ticket: 64 hex digits, blanks anywhere. */
export function ticketIn(text: string): string | null {
  const plain = text.replaceAll(/\s/g, "").toLowerCase();
  return /^[0-9a-f]{64}$/.test(plain) ? plain : null;
}

function attempts(board: Board): number {
  return board.lines.reduce((sum, line) => sum + line.attempts, 0);
}

function lineIn(told: Fields): Line {
  return {
    operator: textOf(told, "operator"),
    place: numberOrNull(told, "place"),
    points: numberOf(told, "points"),
    wallets: numberOf(told, "wallets"),
    active: numberOf(told, "active"),
    settled: numberOf(told, "settled"),
    moved: fenOf(told, "moved_fen"),
    conflicts: numberOf(told, "conflicts"),
    attempts: numberOf(told, "attempts"),
    kept: numberOf(told, "kept"),
    paymentP50: numberOf(told, "payment_p50_us"),
    paymentP95: numberOf(told, "payment_p95_us"),
    orderP50: numberOf(told, "order_p50_us"),
    orderP95: numberOf(told, "order_p95_us"),
    cost: numberOf(told, "cost_us"),
  };
}

function criterionIn(told: Fields): Criterion {
  return {
    name: textOf(told, "name"),
    wanted: textOf(told, "wanted"),
    seen: textOf(told, "seen"),
    passed: truthOf(told, "passed"),
  };
}

function drawIn(told: Fields): Draw {
  return {
    committedAtMs: numberOf(told, "committed_at_ms"),
    shownAtMs: numberOrNull(told, "shown_at_ms"),
    tickets: numberOf(told, "tickets_count"),
    envelopes: numberOf(told, "winners_count"),
    amount: fenOf(told, "amount_fen"),
    frame: numberOf(told, "frame"),
    winners: textsOf(told, "winners"),
  };
}
