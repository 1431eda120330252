/** A sale: one request that a till has shown, and what was paid for it.
 *
 * 1. A payment answers a request if the ledger's receipt, verified on this device, says so: it settled, went to this
 *    shop, and carries the request's own memo. What the operator tells is only where to look.
 * 2. The sale is paid by the first answer of exactly its amount that settled before the code expired.
 * 3. Any other answer is kept beside it, with the reason: the money is there, and a person decides.
 * 4. The same payment counts once, however often it is heard of.
 */

import type { Proof } from "../../shared/holder/types.ts";
import type { WalletId } from "../../shared/protocol/ids.ts";
import type { Fen } from "../../shared/protocol/money.ts";

/** The device's reckoning of the ledger's time may be behind the ledger's own by so much. */
const TOLERANCE_MS = 60_000;

/** Why a payment that carries the request's memo did not simply pay it. */
export type Flaw = "other_amount" | "too_late" | "paid_before" | "withdrawn";

/** A payment for a request, as its receipt proves it. */
export interface Answer {
  readonly command: string;
  readonly seq: number;
  readonly place: number;
  readonly payer: WalletId;
  readonly amount: Fen;
  readonly atMs: number;
  /** Null where it pays the sale. */
  readonly flaw: Flaw | null;
  /** Where it has a flaw: a person has decided what becomes of it. */
  readonly decided: boolean;
}

export interface Sale {
  readonly reference: string;
  /** SHA-256 of the reference, hex. */
  readonly memo: string;
  readonly amount: Fen;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
  /** The text of the code that was shown. */
  readonly text: string;
  /** Somebody took the code away before it was paid. */
  readonly withdrawn: boolean;
  /** Whoever works at the till has seen how it ended, and gone on to the next customer. */
  readonly done: boolean;
  readonly answers: readonly Answer[];
}

/** How a sale stands. `unclear`: money has come that does not simply pay it. */
export type SaleState = "waiting" | "paid" | "unclear" | "expired" | "withdrawn";

/** A verified receipt, and the place in the log that it is of. */
export type Placed = Proof & { readonly seq: number; readonly place: number };

/** Return the sale with one more answer, or the very same where the payment says nothing about it. */
export function answered(sale: Sale, proof: Placed, shop: WalletId): Sale {
  if (!answers(sale, proof, shop)) return sale;
  // 4.
  if (sale.answers.some((answer) => answer.command === proof.command)) return sale;
  const { command, seq, place, payer, amount, atMs } = proof;
  const answer = { command, seq, place, payer, amount, atMs, flaw: flawOf(sale, proof), decided: false };
  return { ...sale, answers: [...sale.answers, answer] };
}

/** Return the payment that paid a sale, null where none has. */
export function paymentOf(sale: Sale): Answer | null {
  return sale.answers.find((answer) => answer.flaw === null) ?? null;
}

/** Tell whether a sale has an answer of which a person has to decide what becomes of it. */
export function isUndecided(sale: Sale): boolean {
  return sale.answers.some((answer) => answer.flaw !== null && !answer.decided);
}

/** Return how a sale stands at a moment of the ledger's time. */
export function stateOf(sale: Sale, nowMs: number): SaleState {
  if (paymentOf(sale) !== null) return "paid";
  if (sale.answers.length > 0) return "unclear";
  if (sale.withdrawn) return "withdrawn";
  return nowMs < sale.expiresAtMs ? "waiting" : "expired";
}

/** 1. Whether a receipt is of a payment for this very request. */
function answers(sale: Sale, proof: Placed, shop: WalletId): boolean {
  const settled = proof.kind === "pay" && proof.answer === "settled";
  // What was paid before the request was made cannot answer it, whoever guessed the reference.
  const since = proof.atMs >= sale.madeAtMs - TOLERANCE_MS;
  return settled && since && proof.receiver === shop && proof.memo === sale.memo;
}

/** 2. and 3. */
function flawOf(sale: Sale, proof: Placed): Flaw | null {
  if (paymentOf(sale) !== null) return "paid_before";
  if (proof.amount !== sale.amount) return "other_amount";
  if (sale.withdrawn) return "withdrawn";
  return proof.atMs < sale.expiresAtMs ? null : "too_late";
}
