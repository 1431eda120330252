/** Orders to the operator that nobody signs: an exchange, another class. Twin of `dcep.client.orders`.
 *
 * 1. An errand is durable, with its key and body, before it is sent.
 * 2. It is sent as it is until the operator has taken it, and looked at until it has ended; its end is written down.
 * 3. The operator's no ends it. A request that was not heard, or was signed badly, says nothing: it may have been taken
 *    before.
 */

import { toHex } from "../protocol/bytes.ts";
import type { Fen } from "../protocol/money.ts";
import { Patience, patiently, required } from "./asking.ts";
import type { Clock } from "./clock.ts";
import { type Door, SAYS_NOTHING } from "./door.ts";
import { drawn } from "./keys/device.ts";
import { orderOf, shown } from "./records.ts";
import type { Errand, Store } from "./store.ts";
import { Later, Trouble } from "./trouble.ts";
import type { Evidence, OperatorOrder, WalletClassName } from "./types.ts";

export const PATIENCE_MS = 20_000;
const LOOK_MS = 150;
const KEY_SIZE = 16;
const ROUTES = { exchange: "exchanges", class: "class" } as const;

export class Errands {
  readonly #store: Store;
  readonly #door: Door;
  readonly #clock: Clock;

  constructor(store: Store, door: Door, clock: Clock) {
    this.#store = store;
    this.#door = door;
    this.#clock = clock;
  }

  /** Exchange deposit for digital currency 兑出, and wait for the end. */
  async exchange(amount: Fen, key?: string): Promise<OperatorOrder> {
    return this.run(await this.#take("exchange", { amount_fen: Number(amount) }, key));
  }

  /** Ask for another class, and wait for the end. */
  async changeClass(walletClass: WalletClassName, evidence: Evidence): Promise<OperatorOrder> {
    return this.run(await this.#take("class", { wallet_class: walletClass, evidence: shown(evidence) }));
  }

  /** Send an errand until its end is known, and write that down.
   *
   * @throws Later: it has not ended when the patience is over; `heal` goes on.
   * @throws Trouble: the operator says no.
   */
  async run(errand: Errand): Promise<OperatorOrder> {
    const patience = new Patience(PATIENCE_MS);
    const path = `/v1/wallets/${this.#door.keyid}/${ROUTES[errand.kind]}`;
    const visit = { method: "POST", path, text: errand.body, headers: { "Idempotency-Key": errand.key } };
    try {
      // 2.
      const answer = await patiently(patience, () => this.#door.ask(visit));
      const order = await untilEnded(this.#door, orderOf(required(answer)), patience);
      await this.#store.endErrand(errand.key, order.state, order.code);
      return order;
    } catch (error) {
      // 3.
      if (error instanceof Trouble && !(error instanceof Later) && !SAYS_NOTHING.has(error.code)) {
        await this.#store.endErrand(errand.key, "refused", error.code);
      }
      throw error;
    }
  }

  async #take(kind: Errand["kind"], content: unknown, key = toHex(drawn(KEY_SIZE))): Promise<Errand> {
    const body = JSON.stringify(content);
    await this.#clock.measured();
    // 1.
    const wanted = { key, kind, body, madeAtMs: this.#clock.now(), ended: "", code: "" };
    const stored = await this.#store.takeErrand(wanted);
    if (stored.kind !== kind || stored.body !== body) {
      throw new Trouble("idempotency_key_reused", `the key ${key} was used for another order`);
    }
    return stored;
  }
}

/** Look at an order until it has ended.
 *
 * @throws Later: `order_open` when the patience is over.
 */
export async function untilEnded(door: Door, order: OperatorOrder, patience: Patience): Promise<OperatorOrder> {
  let standing = order;
  while (standing.endedAtMs === null) {
    if (!(await patience.wait(LOOK_MS))) {
      throw new Later("order_open", "the operator has taken the order, and has not ended it yet", LOOK_MS);
    }
    const look = () => door.ask({ method: "GET", path: `/v1/orders/${order.id}` });
    standing = orderOf(required(await patiently(patience, look)));
  }
  return standing;
}
