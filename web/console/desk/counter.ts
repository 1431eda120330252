/** What an operator's counter tells: customers, orders, freezes and the books of a day. */

import {
  type Fields,
  fenOf,
  fenOrNull,
  listOf,
  numberOf,
  numberOrNull,
  textOf,
  textOrNull,
  textsOf,
  truthOf,
} from "../answers.ts";

/** Who the operator is. */
export interface Operator {
  readonly number: string;
  readonly name: string;
}

/** What a freeze stops. */
export type Scope = "pay" | "receive" | "both";

/** Who holds a wallet, as it was shown; `name` is empty for a holder of whom only a phone number is known. */
export interface Customer {
  readonly wallet: string;
  readonly walletClass: string;
  readonly closed: boolean;
  readonly frozen: string | null;
  readonly identity: string;
  readonly name: string;
  readonly phone: string;
  readonly bankAccount: string | null;
  readonly bestClass: string;
  readonly assurance: string;
  readonly checkedAtMs: number;
  readonly wallets: readonly string[];
}

/** An order as it stands; `endedAtMs` is null while something may still happen. */
export interface Order {
  readonly id: string;
  readonly kind: string;
  readonly wallet: string | null;
  readonly state: string;
  readonly code: string;
  readonly amount: bigint | null;
  readonly madeAtMs: number;
  readonly endedAtMs: number | null;
}

/** A freeze, or the end of every freeze of a wallet's. */
export interface Freeze {
  readonly id: string;
  readonly kind: string;
  readonly wallet: string;
  readonly scope: string | null;
  readonly basis: string;
  readonly askedBy: string;
  readonly state: string;
  readonly code: string;
  readonly madeAtMs: number;
  readonly inForce: boolean;
}

/** Where two books of a day differ; `subject` is an order, or `vault` or `clearing`. */
export interface Break {
  readonly kind: string;
  readonly subject: string;
  readonly says: string;
}

/** The four books of a day, held against each other. */
export interface Books {
  readonly day: string;
  readonly allocated: bigint;
  readonly breaks: readonly Break[];
}

/** A part of a list, and the cursor behind it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Read who the operator is. */
export function operatorIn(fields: Fields): Operator {
  return { number: String(numberOf(fields, "operator")).padStart(3, "0"), name: textOf(fields, "name") };
}

/** Read who holds a wallet. */
export function customerIn(fields: Fields): Customer {
  return {
    wallet: textOf(fields, "wallet"),
    walletClass: textOf(fields, "wallet_class"),
    closed: truthOf(fields, "closed"),
    frozen: textOrNull(fields, "frozen"),
    identity: textOf(fields, "identity"),
    name: textOf(fields, "name"),
    phone: textOf(fields, "phone"),
    bankAccount: textOrNull(fields, "bank_account"),
    bestClass: textOf(fields, "best_class"),
    assurance: textOf(fields, "assurance"),
    checkedAtMs: numberOf(fields, "checked_at_ms"),
    wallets: textsOf(fields, "wallets"),
  };
}

/** Read an order. */
export function orderIn(fields: Fields): Order {
  return {
    id: textOf(fields, "id"),
    kind: textOf(fields, "kind"),
    wallet: textOrNull(fields, "wallet"),
    state: textOf(fields, "state"),
    code: textOf(fields, "code"),
    amount: fenOrNull(fields, "amount_fen"),
    madeAtMs: numberOf(fields, "made_at_ms"),
    endedAtMs: numberOrNull(fields, "ended_at_ms"),
  };
}

/** Read a freeze or the end of one. */
export function freezeIn(fields: Fields): Freeze {
  return {
    id: textOf(fields, "id"),
    kind: textOf(fields, "kind"),
    wallet: textOf(fields, "wallet"),
    scope: textOrNull(fields, "scope"),
    basis: textOf(fields, "basis"),
    askedBy: textOf(fields, "asked_by"),
    state: textOf(fields, "state"),
    code: textOf(fields, "code"),
    madeAtMs: numberOf(fields, "made_at_ms"),
    inForce: truthOf(fields, "in_force"),
  };
}

/** Read the books of a day. */
export function booksIn(fields: Fields): Books {
  return {
    day: textOf(fields, "day"),
    allocated: fenOf(fields, "allocated_fen"),
    breaks: listOf(fields, "breaks", (item) => ({
      kind: textOf(item, "kind"),
      subject: textOf(item, "subject"),
      says: textOf(item, "says"),
    })),
  };
}

/** Read a page of a list. */
export function pageIn<Item>(fields: Fields, read: (item: Fields) => Item): Page<Item> {
  return { items: listOf(fields, "items", read), next: textOrNull(fields, "next") };
}
