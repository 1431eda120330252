/** Where the money is, as lengths of one bar: what was issued and not withdrawn above, where it is found below. */

import { found, outside } from "./law.ts";
import type { Figures } from "./supply.ts";

/** A place where money is, or the gap where it should be. */
export type Place = "issuing_vault" | "bank_vaults" | "in_transit" | "wallets" | "missing";

/** A part of the bar. */
export interface Part {
  readonly place: Place;
  readonly fen: bigint;
  /** From where to where, of `LENGTH`. */
  readonly from: number;
  readonly to: number;
}

/** The whole picture: its lengths, of `LENGTH`. */
export interface Picture {
  readonly parts: readonly Part[];
  readonly outside: number;
  readonly reserve: number;
}

/** How long the longest of the three sums is drawn. */
export const LENGTH = 1_000;

// What is there is seen, however little it is.
const LEAST = 6;

/** Return the picture of some figures. */
export function pictureOf(figures: Figures): Picture {
  const [wanted, held] = [outside(figures), found(figures)];
  const whole = [wanted, held, figures.reserve, 1n].reduce((high, each) => (each > high ? each : high));
  const places: readonly (readonly [Place, bigint])[] = [
    ["issuing_vault", figures.issuingVault],
    ["bank_vaults", figures.bankVaults],
    ["in_transit", figures.inTransit],
    ["wallets", figures.wallets],
    ["missing", wanted - held],
  ];
  const there = places.filter(([, fen]) => fen > 0n);
  return {
    parts: laidOut(there, whole),
    outside: length(wanted, whole),
    reserve: length(figures.reserve, whole),
  };
}

function laidOut(places: readonly (readonly [Place, bigint])[], whole: bigint): Part[] {
  const lengths = places.map(([, fen]) => length(fen, whole));
  const drawn = lengths.map((each) => Math.max(LEAST, each));
  // What the small ones are given the largest one lacks: together they stay as long as their sum.
  const sum = places.reduce((all, [, fen]) => all + fen, 0n);
  const given = drawn.reduce((all, each) => all + each, 0) - length(sum, whole);
  const largest = lengths.indexOf(Math.max(...lengths));
  let at = 0;
  return places.map(([place, fen], index) => {
    const from = at;
    at += Math.max(0, (drawn[index] ?? 0) - (index === largest ? given : 0));
    return { place, fen, from, to: at };
  });
}

function length(fen: bigint, whole: bigint): number {
  // To a ten-thousandth of the bar, by whole numbers: an amount does not fit a number of the browser's.
  return fen <= 0n ? 0 : (Number((fen * 10_000n) / whole) * LENGTH) / 10_000;
}
