/** What a page reads of the wallet that its browser keeps, and what it may ask of it.
 *
 * Money is whole fen as `bigint`, times are milliseconds since 1970 UTC by the ledger's clock, hashes and keys are
 * lower-case hex, a wallet is its 16 digits.
 */

import type { Bytes } from "../protocol/bytes.ts";
import type { WalletId } from "../protocol/ids.ts";
import type { Fen } from "../protocol/money.ts";
import type { Policy } from "../protocol/policies.ts";

export type { Fen, Policy, WalletId };

/** Which wallet of this browser: a page keeps one, and the two pages never share one. */
export type KeptName = "wallet" | "till";

export type WalletClassName = "I" | "II" | "III" | "IV" | "corporate";

/** Who wants a wallet: what the class asks for. A firm shows the last two. */
export interface Evidence {
  readonly phone: string;
  readonly name?: string;
  readonly document?: string;
  readonly bankAccount?: string;
  readonly faceToFace?: boolean;
  readonly legalName?: string;
  readonly creditCode?: string;
}

/** Who the operator is that serves this page; `url` is the address by which it is known. */
export interface Operator {
  readonly operator: number;
  readonly name: string;
  readonly network: string;
  readonly url: string;
  readonly ledgerUrl: string;
  readonly vault: WalletId;
}

/** What a wallet of a class may hold and pay; null where there is no limit. */
export interface Limits {
  readonly cap: Fen | null;
  readonly single: Fen | null;
  readonly daily: Fen | null;
  readonly annual: Fen | null;
}

/** A wallet as it stands at its ledger; `limits` is null where the operator does not know the rules in force. */
export interface Account {
  readonly wallet: WalletId;
  readonly walletClass: WalletClassName;
  readonly balance: Fen;
  readonly locked: Fen;
  readonly onHold: Fen;
  readonly inFlight: Fen;
  readonly spentToday: Fen;
  readonly spentThisYear: Fen;
  readonly limits: Limits | null;
  readonly epoch: number;
  readonly nextNumber: number;
  readonly frozen: "pay" | "receive" | "both" | null;
  readonly closed: boolean;
}

/** A line of a wallet's history; `effect` is what the amount did to the balance. A refund refers to its payment. */
export interface Movement {
  readonly seq: number;
  readonly place: number;
  readonly atMs: number;
  readonly kind: string;
  readonly counterparty: WalletId | null;
  readonly amount: Fen;
  readonly effect: "in" | "out" | "none";
  readonly balance: Fen;
  readonly command: string;
  readonly refersTo: string | null;
  /** SHA-256 of the reference that it answers, hex; null where nothing is told. */
  readonly memo: string | null;
}

/** A piece of a list, the newest first; `next` is the cursor of the following piece, null at the end. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** An order to the operator as it stands: an opening, an exchange, another class. It has ended when `endedAtMs` is there. */
export interface OperatorOrder {
  readonly id: string;
  readonly kind: "open" | "set_class" | "close" | "exchange" | "redeem" | "refund";
  readonly wallet: WalletId | null;
  readonly state: string;
  /** Why, where it is not what was wanted: the code of a refusal; empty otherwise. */
  readonly code: string;
  readonly amount: Fen | null;
  readonly madeAtMs: number;
  readonly endedAtMs: number | null;
}

/** What became of a command. `open`: nothing final is known, it may still settle, and the same bytes are sent again. */
export type PaymentState = "open" | "settled" | "refused" | "expired" | "never_processed";

/** A command that was signed in this browser, stored before it was sent. */
export interface Payment {
  readonly command: string;
  readonly kind: "pay" | "refund" | "redeem" | "cancel" | "set_policy";
  readonly counterparty: WalletId | null;
  readonly amount: Fen;
  /** The reference of the request that it answers; null where there was none. */
  readonly reference: string | null;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
  readonly state: PaymentState;
  /** The code of the refusal; empty unless it was refused. */
  readonly code: string;
  readonly seq: number | null;
  readonly place: number | null;
}

/** What a receipt proves on this device, with nobody's word but the workers' signatures. */
export interface Proof {
  readonly command: string;
  readonly kind: string;
  readonly payer: WalletId;
  readonly receiver: WalletId | null;
  readonly amount: Fen;
  readonly answer: string;
  readonly atMs: number;
  /** SHA-256 of the reference that it answers, zeros for none. */
  readonly memo: string;
  /** The receipt itself, for whoever wants to check it elsewhere. */
  readonly receipt: Uint8Array;
}

/** What a wallet hears while somebody listens; `id` grows. */
export type WalletEvent =
  | { readonly id: number; readonly name: "payment"; readonly movement: Movement }
  | { readonly id: number; readonly name: "order"; readonly order: OperatorOrder };

/** What was seen last, for reading without a network. */
export interface Remembered {
  readonly account: Account | null;
  readonly history: readonly Movement[];
  /** When the older of the two was seen. */
  readonly seenAtMs: number;
}

export interface Opening {
  readonly walletClass: WalletClassName;
  readonly evidence: Evidence;
  /** Make a recovery key beside the device's; `true` unless said otherwise. */
  readonly recovery?: boolean;
  /** Keep the code until `codeIsWritten`, so that a page which is closed before shows it again; else it is kept nowhere. */
  readonly untilWritten?: boolean;
}

/** A wallet that was just opened, and the code with which it can be recovered; null where none was wanted. */
export interface Opened {
  readonly held: HeldWallet;
  /** Shown once; `untilWritten` says whether it is kept till then. */
  readonly recoveryCode: string | null;
}

/** A device that has a key and no wallet yet, such as a till that waits to be let in. */
export interface Newcomer {
  readonly suite: number;
  readonly key: Bytes;
  /** Ask the operator as this key. */
  ask(method: string, path: string, body?: unknown): Promise<unknown>;
}

export interface Once {
  /**
   * The page's own name of what it asks: make it when the confirmation is shown, and a double tap, a reload or a second
   * page cannot do it twice, for under one key at most one command is ever signed.
   */
  readonly key?: string;
}

export interface PayOptions extends Once {
  /** The reference of the payment request, 1 to 25 of `[A-Za-z0-9_-]`. */
  readonly reference?: string;
}

export interface ListenOptions {
  /** The id behind which to begin; nothing begins with what is new. */
  readonly after?: number;
  /** Hears whether the stream stands. */
  readonly onConnection?: (connected: boolean) => void;
}

/** A wallet that this browser keeps. Every promise may fail with a `Trouble`; money is never lost by that. */
export interface HeldWallet {
  readonly name: KeptName;
  readonly wallet: WalletId;
  readonly operator: Operator;
  /** The lane on which this device signs: each till of a merchant has one of its own, 0 to 3. */
  readonly lane: number;
  /** This device's key as `SUITE:HEX`. */
  readonly key: string;

  /** The recovery code that its holder has not written down yet; null where there is none. */
  unwrittenCode(): Promise<string | null>;
  /** It is on paper: forget it here. */
  codeIsWritten(): Promise<void>;

  account(): Promise<Account>;
  history(cursor?: string | null): Promise<Page<Movement>>;
  remembered(): Promise<Remembered>;

  /** Exchange deposit for digital currency 兑出, and wait for the end. */
  exchange(amount: Fen, options?: Once): Promise<OperatorOrder>;
  /** Pay; where the answer is lost the payment comes back `open`, and `heal` goes on with it. */
  pay(receiver: WalletId, amount: Fen, options?: PayOptions): Promise<Payment>;
  /** Redeem digital currency for deposit 兑回, and wait until the deposit is credited. */
  redeem(amount: Fen, options?: Once): Promise<Payment>;
  /** Pay back a payment that was received, or a part of it: a line of the history of kind `received`. */
  refund(movement: Pick<Movement, "command" | "seq" | "place">, amount: Fen, options?: Once): Promise<Payment>;
  changeClass(walletClass: WalletClassName, evidence: Evidence): Promise<OperatorOrder>;
  /** Put another policy in force, such as any one of several tills' keys; this device's key must be in it. */
  setPolicy(policy: Policy): Promise<Payment>;
  /** The policy in force and its version, as this device knows them. */
  policy(): Promise<{ readonly policy: Policy; readonly epoch: number }>;

  /** The receipt of a settled command, verified on this device; `bad_receipt` if it proves nothing. */
  receipt(of: { readonly command: string; readonly seq: number | null; readonly place: number | null }): Promise<Proof>;
  /** All that was signed here, the newest first. */
  payments(): Promise<readonly Payment[]>;
  /** Take up whatever has no final answer: the same bytes again. What came of it, the oldest first. */
  heal(): Promise<readonly Payment[]>;
  /** Hear of what happens until the returned function is called; a broken stream goes on by itself, nothing is missed. */
  listen(onEvent: (event: WalletEvent) => void, options?: ListenOptions): () => void;

  /** Ask the operator as this wallet, for routes that one page alone has use for. */
  ask(method: string, path: string, body?: unknown): Promise<unknown>;

  /** The ledger's time now, whatever this device's clock says. */
  now(): number;
}
