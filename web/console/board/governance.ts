/** Who may do what: operators, the officers' board and the rules, as the central bank tells everybody. */

import { type Fields, fenOrNull, listOf, numberOf, textOf } from "../answers.ts";

/** An operator on a shard; `operator` has three digits. */
export interface Admitted {
  readonly operator: string;
  readonly shard: string;
  readonly status: string;
}

/** The officers' board in force. */
export interface OfficersBoard {
  readonly epoch: number;
  readonly needed: number;
  readonly sites: number;
  readonly seats: readonly { readonly site: number; readonly key: string }[];
}

/** What a wallet of a class may hold and pay, fen; null where there is no limit. */
export interface ClassLimits {
  readonly name: string;
  readonly cap: bigint | null;
  readonly single: bigint | null;
  readonly daily: bigint | null;
  readonly annual: bigint | null;
}

/** A dated rule set. */
export interface Rules {
  readonly version: number;
  readonly name: string;
  readonly effectiveAtMs: number;
  readonly classes: readonly ClassLimits[];
}

const CLASSES = ["I", "II", "III", "IV", "CORPORATE"];

/** Read who is admitted. */
export function admittedIn(fields: Fields): Admitted[] {
  return listOf(fields, "items", (item) => ({
    operator: String(numberOf(item, "operator")).padStart(3, "0"),
    shard: textOf(item, "shard"),
    status: textOf(item, "status"),
  }));
}

/** Read the officers' board. */
export function officersIn(fields: Fields): OfficersBoard {
  return {
    epoch: numberOf(fields, "epoch"),
    needed: numberOf(fields, "needed"),
    sites: numberOf(fields, "sites"),
    seats: listOf(fields, "seats", (seat) => ({ site: numberOf(seat, "site"), key: textOf(seat, "key") })),
  };
}

/** Read every rule set since the genesis, the oldest first. */
export function rulesIn(fields: Fields): Rules[] {
  return listOf(fields, "items", (item) => {
    const limits = listOf(item, "classes", (each) => each);
    return {
      version: numberOf(item, "version"),
      name: textOf(item, "name"),
      effectiveAtMs: numberOf(item, "effective_at_ms"),
      classes: limits.map((each, at) => ({
        name: CLASSES[at] ?? String(at + 1),
        cap: fenOrNull(each, "cap_fen"),
        single: fenOrNull(each, "single_fen"),
        daily: fenOrNull(each, "daily_fen"),
        annual: fenOrNull(each, "annual_fen"),
      })),
    };
  });
}

/** Return the rule set in force at a moment, and the next one if there is one. */
export function inForce(rules: readonly Rules[], nowMs: number): { now: Rules | undefined; next: Rules | undefined } {
  const now = rules.findLast((each) => each.effectiveAtMs <= nowMs);
  return { now, next: rules.find((each) => each.effectiveAtMs > nowMs) };
}
