/** The takings of a day 当日收款: what a shop has received and paid back, by till, from the lines of its history.
 *
 * A refund counts on its own day, at the till that took the payment. What answers no request of the shop, such as money
 * that somebody sent to its number, counts too, at no till.
 */

import type { Movement } from "../../shared/holder/types.ts";
import type { Fen } from "../../shared/protocol/money.ts";
import { during, type Reference } from "./references.ts";

/** A payment that was received, or a refund that was paid. */
export interface Taking {
  readonly movement: Movement;
  readonly kind: "payment" | "refund";
  /** The request that the payment, or the payment of the refund, answered; null where it is none of the shop's. */
  readonly reference: Reference | null;
  /** What was paid back of a payment so far, fen, on whatever day. */
  readonly refunded: Fen;
}

/** Figures: how many payments and what they come to, how many refunds and what they come to. */
export interface Figures {
  readonly payments: number;
  readonly received: Fen;
  readonly refunds: number;
  readonly refunded: Fen;
}

export interface Takings {
  /** `YYYY-MM-DD`, Shanghai. */
  readonly day: string;
  readonly whole: Figures;
  /** By till, ascending; null is what belongs to none. */
  readonly byTill: readonly { readonly till: number | null; readonly figures: Figures }[];
  /** The newest first. */
  readonly lines: readonly Taking[];
}

const NOTHING: Figures = { payments: 0, received: 0n, refunds: 0, refunded: 0n };

/** Return the takings of a day.
 *
 * @param lines - of the history, the newest first, back to the beginning of the day at least.
 * @param references - of each memo that is known, the request that it answers.
 */
export function takingsOf(
  day: string,
  lines: readonly Movement[],
  references: ReadonlyMap<string, Reference>,
): Takings {
  const isOfDay = during(day);
  const refunded = refundsOf(lines);
  const payments = new Map(lines.filter(({ kind }) => kind === "received").map((line) => [line.command, line]));
  const taken = lines.flatMap((movement) => {
    const kind = kindOf(movement);
    if (kind === null || !isOfDay(movement.atMs)) return [];
    const paid = kind === "payment" ? movement : payments.get(movement.refersTo ?? "");
    const reference = references.get(paid?.memo ?? "") ?? null;
    return [{ movement, kind, reference, refunded: refunded.get(movement.command) ?? 0n }];
  });
  const tills = [...new Set(taken.map((taking) => taking.reference?.till ?? null))];
  return {
    day,
    whole: taken.reduce(counted, NOTHING),
    byTill: tills
      .sort((one, other) => (one ?? Number.POSITIVE_INFINITY) - (other ?? Number.POSITIVE_INFINITY))
      .map((till) => ({
        till,
        figures: taken.filter((taking) => (taking.reference?.till ?? null) === till).reduce(counted, NOTHING),
      })),
    lines: taken,
  };
}

/** Return what was paid back of a payment so far, fen. */
export function refundedOf(command: string, lines: readonly Movement[]): Fen {
  return refundsOf(lines).get(command) ?? 0n;
}

/** What was paid back, by the payment: a busy shop has many lines, and they are gone through once. */
function refundsOf(lines: readonly Movement[]): ReadonlyMap<string, Fen> {
  const sums = new Map<string, Fen>();
  for (const { kind, refersTo, amount } of lines) {
    if (kind === "refund_paid" && refersTo !== null) sums.set(refersTo, (sums.get(refersTo) ?? 0n) + amount);
  }
  return sums;
}

function kindOf(movement: Movement): "payment" | "refund" | null {
  if (movement.kind === "received") return "payment";
  return movement.kind === "refund_paid" ? "refund" : null;
}

function counted(figures: Figures, { kind, movement }: Taking): Figures {
  return kind === "payment"
    ? { ...figures, payments: figures.payments + 1, received: figures.received + movement.amount }
    : { ...figures, refunds: figures.refunds + 1, refunded: figures.refunded + movement.amount };
}
