/** What changed, for charts: the changes of a span of time, thinned out to as many points as can be seen. */

import { outside } from "./law.ts";
import type { Change, Figures } from "./supply.ts";

/** Columns of one chart, by time: seconds since 1970, and yuan. Charts are looked at: here alone money is no whole fen. */
export type Columns = readonly [seconds: number[], ...yuan: number[][]];

/** What a line of a chart shows of figures, fen. */
export type Line = (figures: Figures) => bigint;

/** How far back the board looks, and everything. */
export type Span = "hour" | "day" | "all";

/** Changes that are kept in the page at most: as many as the central bank keeps, and the newest of them. */
export const KEPT = 12_000;
const POINTS = 600;
const SPANS: Readonly<Record<Span, number>> = { hour: 3_600_000, day: 86_400_000, all: Number.POSITIVE_INFINITY };

/** The lines of the board's charts. */
export const LINES = {
  outside,
  reserve: (figures: Figures) => figures.reserve,
  wallets: (figures: Figures) => figures.wallets,
  vaults: (figures: Figures) => figures.bankVaults + figures.issuingVault,
  inTransit: (figures: Figures) => figures.inTransit,
} as const satisfies Readonly<Record<string, Line>>;

/** Return the changes with newer ones behind them, each once, by their ids. */
export function withNewer(known: readonly Change[], newer: readonly Change[]): Change[] {
  const last = known.at(-1)?.id ?? 0;
  return [...known, ...newer.filter((change) => change.id > last)].slice(-KEPT);
}

/** Return the columns of a chart: the lines over a span that ends now.
 *
 * A line holds its value from one change to the next, so the one in force as the span begins is drawn from there.
 */
export function columnsOf(changes: readonly Change[], lines: readonly Line[], span: Span, nowMs: number): Columns {
  const since = nowMs - SPANS[span];
  const first = changes.findLastIndex((change) => change.atMs <= since);
  const seen = changes.slice(Math.max(0, first));
  const step = Math.max(1, Math.ceil(seen.length / POINTS));
  // The newest of each step: a chart ends with how it stands.
  const points = seen.filter((_, at) => (seen.length - 1 - at) % step === 0);
  const last = points.at(-1);
  const all = last === undefined ? [] : [...points, { ...last, atMs: Math.max(nowMs, last.atMs) }];
  return [
    all.map((change) => Math.max(change.atMs, since) / 1_000),
    ...lines.map((line) => all.map((change) => Number(line(change.figures)) / 100)),
  ];
}
