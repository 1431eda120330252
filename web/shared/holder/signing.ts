/** The holder of a wallet: signs, stores, sends, and sends the same bytes again until the answer is final. Twin of
 * `dcep.wallet.holder`.
 *
 * 1. A command's number and signed bytes are durable before they are sent.
 * 2. They are sent as they are, again and again, until the ledger's answer is final or patience ends; then the order stays
 *    open, and the next look at the wallet begins by sending it again.
 * 3. `settled` is believed with its receipt only: command, path and the worker's signature hold. Both are stored together.
 *    A worker that is not known may have come after the genesis: then it is asked for the officers' orders.
 * 4. No number is signed for twice, and few orders are open at once: a window has 64 numbers.
 * 5. What shall not happen any more is stopped by `cancel` under its own number, before anything is believed about it.
 * 6. A policy that another device has changed, or an expiry that a wrong clock has set too far ahead, makes a command that
 *    nobody will hear: it is stopped in the same way, and its holder may sign anew.
 *
 * Source: PROTOCOL, "What is final, and what the sender hears" and "The wallet".
 */

import { type Bytes, sameBytes, toHex } from "../protocol/bytes.ts";
import { memoOf } from "../protocol/codes.ts";
import type { CommandName, OrderOf } from "../protocol/commands.ts";
import type { WalletId } from "../protocol/ids.ts";
import { Malformed, Reader } from "../protocol/layout.ts";
import { encodePolicy, keysOf, readPolicy } from "../protocol/policies.ts";
import { decodeSignedHeader } from "../protocol/proofs/headers.ts";
import {
  BadReceipt,
  decodeReceipt,
  encodeReceipt,
  type Proven,
  type Receipt,
  verifyReceipt,
} from "../protocol/proofs/receipts.ts";
import { isRefusal } from "../protocol/refusals.ts";
import { attach, commandId, encodeBody } from "../protocol/signed.ts";
import { ask, type Patience, required } from "./asking.ts";
import type { Clock } from "./clock.ts";
import { type Device, signBy } from "./keys/device.ts";
import type { Told } from "./reading.ts";
import type { Draft, Identity, Order, Settled, Store, Trust } from "./store.ts";
import { Later, strange, Trouble } from "./trouble.ts";
import { knownWorkers, learnWorkers } from "./trust.ts";

const FINAL = new Set(["settled", "refused", "expired", "never_processed"]);
// A window has 64 numbers: what is open must never push itself out.
const MOST_OPEN = 32;
const LIFE_MS = 600_000;
// A ledger that is still reading its history says so; a moment later it knows.
const BEHIND_MS = 200;
const ANSWERS = [404, 409, 410, 422, 503];
// Answers to a command that nobody will hear as it stands.
const STOPPED = new Set(["not_authorised", "life_too_long"]);

/** What the holder wants, in the words in which it is kept beside its bytes. */
export interface Wish<Name extends CommandName = CommandName> {
  readonly kind: Name & Draft["kind"];
  readonly order: (identity: Identity) => OrderOf<Name>;
  readonly counterparty?: WalletId;
  readonly amount?: bigint;
  readonly reference?: string | null;
  readonly key?: string | undefined;
  readonly beside?: Bytes;
}

/** What a ledger said to a command. */
interface Heard {
  readonly answer: string;
  readonly code: string;
  readonly told: Told;
}

export class Signing {
  readonly #store: Store;
  readonly #trust: Trust;
  readonly #clock: Clock;
  readonly #device: Device;
  readonly #follow: () => Promise<void>;

  /** @param follow asks for the policy in force, and keeps it; Trouble `taken_out` where this device is not in it. */
  constructor(store: Store, trust: Trust, clock: Clock, device: Device, follow: () => Promise<void>) {
    this.#store = store;
    this.#trust = trust;
    this.#clock = clock;
    this.#device = device;
    this.#follow = follow;
  }

  /** Sign and store a command; it is not sent.
   *
   * @throws Trouble: `idempotency_key_reused`, or `too_many_open`; nothing was signed.
   */
  async take<Name extends CommandName>(wish: Wish<Name>): Promise<Order> {
    const stored = wish.key === undefined ? undefined : await this.#store.keyed(wish.key);
    // 4.
    if (stored === undefined && (await this.#store.openOrders()).length >= MOST_OPEN) {
      const nextStep = "wait for their answers";
      throw new Trouble("too_many_open", `${MOST_OPEN} orders have no final answer yet`, { nextStep });
    }
    await this.#clock.measured();
    const expiresAtMs = this.#clock.now() + LIFE_MS;
    // 1.
    const make = (number: number, identity: Identity) => this.#draft(wish, number, identity, expiresAtMs);
    const order = await this.#store.take(make, this.#clock.now(), wish.key);
    requireSame(wish, order);
    return order;
  }

  // 2.

  /** Send an order's bytes until its answer is final or the patience is over.
   *
   * @throws Trouble: `unproven_answer`: the ledger's word has no proof; `taken_out`. The order stays open.
   */
  async send(order: Order, patience: Patience): Promise<Order> {
    let standing = order;
    while (standing.answer === "") {
      const heard = await this.#submit(order.wire, patience);
      if (heard === null) return standing;
      if (FINAL.has(heard.answer)) standing = await this.#writeDown(order, heard);
      else if (STOPPED.has(heard.code)) return this.#recast(order, heard.code, patience);
      // Nothing changed, and the same bytes may still be taken: the order stays open.
      else return standing;
    }
    return standing;
  }

  /** Let an order without an answer never happen, if it has not: its number is used up by another command.
   *
   * Whatever the ledger says to the order afterwards is the truth, and final.
   */
  async stop(order: Order, patience: Patience): Promise<Order> {
    // 5.
    const identity = await this.#store.identity();
    const wish: Wish<"cancel"> = { kind: "cancel", order: () => ({}) };
    const draft = await this.#draft(wish, order.number, identity, this.#clock.now() + LIFE_MS);
    const heard = await this.#submit(draft.wire, patience);
    if (heard === null) return order;
    const told = await this.#submit(order.wire, patience);
    return told !== null && FINAL.has(told.answer) ? this.#writeDown(order, told) : order;
  }

  /** Return what a receipt at a place of the ledger's log proves; Trouble `bad_receipt`. */
  async proofAt(command: string, seq: number, place: number): Promise<{ proven: Proven; receipt: Bytes }> {
    const url = `${this.#trust.operator.ledgerUrl}/v1/receipts/${seq}/${place}?command_id=${command}`;
    const receipt = required(await ask({ method: "GET", url })).hex("receipt");
    return { proven: await this.prove(receipt, command), receipt };
  }

  /** Return what a receipt proves on this device alone; Trouble `bad_receipt`. */
  async prove(receipt: Bytes, command: string): Promise<Proven> {
    try {
      const decoded = decodeReceipt(receipt);
      const proven = await verifyReceipt(decoded, this.#trust.network, await this.#workers(decoded));
      if (toHex(proven.id) !== command) throw new BadReceipt("it proves another command");
      return proven;
    } catch (error) {
      if (!(error instanceof BadReceipt || error instanceof Malformed)) throw error;
      throw new Trouble("bad_receipt", `this receipt proves nothing: ${error.message}`);
    }
  }

  async #workers({ header }: Receipt): Promise<readonly Bytes[]> {
    const [known, { worker }] = [await knownWorkers(this.#store, this.#trust), decodeSignedHeader(header).header];
    if (known.some((key) => sameBytes(key, worker))) return known;
    try {
      await learnWorkers(this.#store, this.#trust);
    } catch (error) {
      // Then it proves nothing, and whoever judges it says so.
      if (!(error instanceof Later)) throw error;
    }
    return knownWorkers(this.#store, this.#trust);
  }

  async #draft<Name extends CommandName>(
    wish: Wish<Name>,
    number: number,
    identity: Identity,
    expiresAtMs: number,
  ): Promise<Draft> {
    const reference = wish.reference ?? null;
    const body = encodeBody<Name>(this.#trust.network, {
      account: identity.wallet,
      lane: identity.lane,
      number,
      expiresAt: BigInt(Math.floor(expiresAtMs)),
      epoch: identity.epoch,
      kind: wish.kind,
      order: wish.order(identity),
      memo: await memoOf(reference),
    });
    return {
      wire: await this.#signed(body, identity),
      command: toHex(await commandId(body)),
      kind: wish.kind,
      counterparty: wish.counterparty ?? null,
      amount: wish.amount ?? 0n,
      reference,
      expiresAtMs: Math.floor(expiresAtMs),
      ...(wish.key !== undefined && { key: wish.key }),
      ...(wish.beside !== undefined && { beside: wish.beside }),
    };
  }

  async #signed(body: Bytes, identity: Identity): Promise<Bytes> {
    const policy = readPolicy(new Reader(identity.policy));
    const number = keysOf(policy).findIndex(({ key }) => sameBytes(key, this.#device.key));
    if (number < 0) throw takenOut();
    return attach(body, policy, [{ number, signature: await signBy(this.#device, body) }]);
  }

  /** Send bytes to the ledger; null where the patience is over. */
  async #submit(wire: Bytes, patience: Patience): Promise<Heard | null> {
    const headers = { "Content-Type": "application/octet-stream" };
    const url = `${this.#trust.operator.ledgerUrl}/v1/payments`;
    while (true) {
      let retryAfterMs = BEHIND_MS;
      try {
        const told = required(await ask({ method: "POST", url, body: wire, headers, take: ANSWERS }));
        const answer = told.text("answer");
        if (answer !== "unavailable") return { answer, code: told.text("code"), told };
        retryAfterMs = told.maybe("retry_after_ms", told.number) ?? BEHIND_MS;
      } catch (error) {
        if (!(error instanceof Later)) throw error;
        retryAfterMs = error.retryAfterMs;
      }
      if (!(await patience.wait(retryAfterMs))) return null;
    }
  }

  // 6.

  async #recast(order: Order, code: string, patience: Patience): Promise<Order> {
    if (code === "not_authorised") await this.#follow();
    else await this.#clock.measure();
    return this.stop(order, patience);
  }

  // 3.

  async #writeDown(order: Order, { answer, code, told }: Heard): Promise<Order> {
    if (answer === "refused" && !isRefusal(code)) throw strange("a code of another version");
    // An expiry that came so soon may have been a wrong clock's.
    if (answer === "expired") await this.#clock.measure();
    const settled = answer === "settled" ? await this.#proven(order, told) : null;
    return this.#store.settle(order.command, answer === "refused" ? code : answer, settled);
  }

  async #proven(order: Order, told: Told): Promise<Settled> {
    const [seq, place] = [told.number("seq"), told.number("place")];
    try {
      const brought = told.maybe("receipt", told.hex);
      const receipt = brought ?? (await this.proofAt(order.command, seq, place)).receipt;
      const { command, outcome } = await this.prove(receipt, order.command);
      if (outcome.status !== "settled") throw new Trouble("bad_receipt", "it proves another answer");
      return { seq, place, receipt: encodeReceipt(decodeReceipt(receipt)), change: changeOf(command.body) };
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== "bad_receipt") throw error;
      const nextStep = "try again later; if it stays so, tell your operator";
      throw new Trouble("unproven_answer", error.detail, { nextStep, final: false });
    }
  }
}

/** This device may not act for the wallet any more: another one has taken it out. */
export function takenOut(): Trouble {
  return new Trouble("taken_out", "this device may not act for the wallet any more", {
    nextStep: "let another device of the wallet let it in again, or use the recovery code",
  });
}

function requireSame(wish: Wish, order: Order): void {
  const same =
    order.kind === wish.kind &&
    order.counterparty === (wish.counterparty ?? null) &&
    order.amount === (wish.amount ?? 0n) &&
    order.reference === (wish.reference ?? null);
  if (!same) throw new Trouble("idempotency_key_reused", `the key ${wish.key} was used for another order`);
}

function changeOf(body: Proven["command"]["body"]): Settled["change"] {
  if (body.kind !== "set_policy") return null;
  const { replaces, policy } = body.order as OrderOf<"set_policy">;
  return { epoch: replaces + 1, policy: encodePolicy(policy) };
}
