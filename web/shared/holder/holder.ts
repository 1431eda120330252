/** A wallet that this browser keeps: what a page calls. The stories are told where they are lived: `opening`, `signing`,
 * `errands`, `events`.
 *
 * 1. A payment goes to the ledger itself, a redemption and a refund by the operator: it credits the deposit, and judges
 *    that refunds stay within the payment. The ledger's own answer, with its receipt, is asked for afterwards.
 * 2. What the operator says no to is stopped at the ledger under its own number, before anybody believes it.
 * 3. What has no final answer is taken up again, at the next look or when the network is back: the same bytes by the same
 *    way. Whatever the ledger says then is final.
 */

import { toHex } from "../protocol/bytes.ts";
import type { WalletId } from "../protocol/ids.ts";
import { Reader } from "../protocol/layout.ts";
import type { Fen } from "../protocol/money.ts";
import { type Policy, readPolicy } from "../protocol/policies.ts";
import { decodeReceipt, type Proven } from "../protocol/proofs/receipts.ts";
import { isRefusal } from "../protocol/refusals.ts";
import { Patience, patiently, required } from "./asking.ts";
import type { Clock } from "./clock.ts";
import { Door, isBadSignature, SAYS_NOTHING, type Visit } from "./door.ts";
import { Errands, PATIENCE_MS, untilEnded } from "./errands.ts";
import { listen } from "./events.ts";
import { type Device, nameOf } from "./keys/device.ts";
import { clockOf, followPolicy, joinWallet, openWallet, ownDevice, recoverWallet } from "./opening.ts";
import { accountOf, movementOf, orderOf, pageOf } from "./records.ts";
import { Signing } from "./signing.ts";
import { type Identity, type Order, Store, type Trust } from "./store.ts";
import { Later, Trouble } from "./trouble.ts";
import { renewTrust, trusted } from "./trust.ts";
import type {
  Account,
  Evidence,
  HeldWallet,
  KeptName,
  ListenOptions,
  Movement,
  Newcomer,
  Once,
  Opened,
  Opening,
  OperatorOrder,
  Page,
  Payment,
  PayOptions,
  Proof,
  Remembered,
  WalletClassName,
  WalletEvent,
} from "./types.ts";

// A payer stands at a till: he is told soon that the answer is not there yet.
const PAY_PATIENCE_MS = 12_000;
const HISTORY_LIMIT = 50;
const MAX_PAYMENTS = 500;

export class Holder implements HeldWallet {
  readonly name: KeptName;
  readonly wallet: WalletId;
  readonly operator: Trust["operator"];
  readonly lane: number;
  readonly key: string;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #device: Device;
  readonly #door: Door;
  readonly #signing: Signing;
  readonly #errands: Errands;

  private constructor(store: Store, trust: Trust, clock: Clock, device: Device, identity: Identity) {
    this.name = store.name;
    this.wallet = identity.wallet;
    this.lane = identity.lane;
    this.operator = trust.operator;
    this.key = nameOf(device);
    this.#store = store;
    this.#clock = clock;
    this.#device = device;
    this.#door = new Door(trust.operator.url, store, clock, device, identity.wallet);
    this.#errands = new Errands(store, this.#door, clock);
    this.#signing = new Signing(store, trust, clock, device, () => followPolicy(store, this.#door, device));
  }

  /** Return the wallet that this browser keeps under a name, null if there is none. Nobody is asked. */
  static async kept(name: KeptName): Promise<HeldWallet | null> {
    return Holder.#in(await Store.open(name));
  }

  /** Open a wallet; an opening that was cut goes on. */
  static async open(name: KeptName, opening: Opening): Promise<Opened> {
    const store = await Store.open(name);
    const recoveryCode = await openWallet(store, opening);
    return { held: await Holder.#required(store), recoveryCode };
  }

  /** Return this device's key and a way to the operator, before it holds a wallet: the same key each time. */
  static async prepare(name: KeptName): Promise<Newcomer> {
    const store = await Store.open(name);
    const [trust, device] = [await trusted(store), await ownDevice(store)];
    const door = new Door(trust.operator.url, store, await clockOf(store, trust), device);
    const { suite, key } = device;
    return { suite, key, ask: (method, path, body) => asked(door, method, path, body) };
  }

  /** Take a wallet that another device has let this one into; Trouble `not_yet_let_in` while it has not. */
  static async join(name: KeptName, wallet: WalletId): Promise<HeldWallet> {
    const store = await Store.open(name);
    await joinWallet(store, wallet);
    return Holder.#required(store);
  }

  /** Put this device in the place of a wallet's lost ones; Trouble `bad_recovery_code`. */
  static async recover(name: KeptName, wallet: WalletId, code: string): Promise<HeldWallet> {
    const store = await Store.open(name);
    await recoverWallet(store, wallet, code);
    return Holder.#required(store);
  }

  /** Forget a wallet with its keys, for ever: without the recovery code its money stays where it is. */
  static async forget(name: KeptName): Promise<void> {
    await Store.forget(name);
  }

  static async #in(store: Store): Promise<Holder | null> {
    const [trust, device, identity] = await Promise.all([
      store.get("trust"),
      store.get("device"),
      store.get("identity"),
    ]);
    if (trust === undefined || device === undefined || identity === undefined) return null;
    if (await store.get("recovering")) return null;
    return new Holder(store, trust, await clockOf(store, trust), device, identity);
  }

  static async #required(store: Store): Promise<Holder> {
    const held = await Holder.#in(store);
    if (held === null) throw new Trouble("not_opened", "this wallet has no number yet");
    return held;
  }

  // Reading.

  async unwrittenCode(): Promise<string | null> {
    return (await this.#store.get("unwritten")) ?? null;
  }

  async codeIsWritten(): Promise<void> {
    await this.#store.keep({ unwritten: undefined });
  }

  async account(): Promise<Account> {
    const account = accountOf(required(await this.#asked({ method: "GET", path: `/v1/wallets/${this.wallet}` })));
    // Another device may have changed the policy; what is signed next is signed under the new one.
    if (account.epoch !== (await this.#store.identity()).epoch)
      await followPolicy(this.#store, this.#door, this.#device);
    await this.#store.keep({ account: { what: account, seenAtMs: this.#clock.now() } });
    return account;
  }

  async history(cursor: string | null = null): Promise<Page<Movement>> {
    const behind = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/v1/wallets/${this.wallet}/history?limit=${HISTORY_LIMIT}${behind}`;
    const page = pageOf(required(await this.#asked({ method: "GET", path })), movementOf);
    const seen = { what: page.items, seenAtMs: this.#clock.now() };
    if (cursor === null) await this.#store.keep({ history: seen });
    return page;
  }

  async remembered(): Promise<Remembered> {
    const [account, history] = await Promise.all([this.#store.get("account"), this.#store.get("history")]);
    const seenAtMs = Math.min(account?.seenAtMs ?? 0, history?.seenAtMs ?? Number.MAX_SAFE_INTEGER);
    return { account: account?.what ?? null, history: history?.what ?? [], seenAtMs };
  }

  async payments(): Promise<readonly Payment[]> {
    return (await this.#store.newest(MAX_PAYMENTS)).map(paymentOf);
  }

  async policy(): Promise<{ readonly policy: Policy; readonly epoch: number }> {
    const { policy, epoch } = await this.#store.identity();
    return { policy: readPolicy(new Reader(policy)), epoch };
  }

  async receipt(of: Pick<Payment, "command" | "seq" | "place">): Promise<Proof> {
    const kept = (await this.#store.find(of.command))?.receipt;
    if (kept) return proofOf(await this.#signing.prove(kept, of.command), kept);
    if (of.seq === null || of.place === null) throw new Trouble("bad_receipt", "it has no place in the log");
    const { proven, receipt } = await this.#signing.proofAt(of.command, of.seq, of.place);
    return proofOf(proven, receipt);
  }

  // What moves money.

  async exchange(amount: Fen, { key }: Once = {}): Promise<OperatorOrder> {
    return this.#errands.exchange(amount, key);
  }

  async pay(receiver: WalletId, amount: Fen, { reference, key }: PayOptions = {}): Promise<Payment> {
    const wish = { kind: "pay", order: () => ({ receiver, amount }), counterparty: receiver, amount } as const;
    const order = await this.#signing.take({ ...wish, reference: reference ?? null, key });
    return paymentOf(await this.#signing.send(order, new Patience(PAY_PATIENCE_MS)));
  }

  async redeem(amount: Fen, { key }: Once = {}): Promise<Payment> {
    const { vault } = this.operator;
    const order = await this.#signing.take({
      ...{ kind: "redeem", counterparty: vault, amount, key },
      order: () => ({ vault, amount }),
    });
    return paymentOf(await this.#bring(order));
  }

  async refund(
    movement: Pick<Movement, "command" | "seq" | "place">,
    amount: Fen,
    { key }: Once = {},
  ): Promise<Payment> {
    const { proven, receipt } = await this.#signing.proofAt(movement.command, movement.seq, movement.place);
    const { payer, receiver } = proofOf(proven, receipt);
    if (receiver !== this.wallet) throw new Trouble("other_payment", "this is no payment to this wallet");
    const order = await this.#signing.take({
      ...{ kind: "refund", counterparty: payer, amount, key, beside: decodeReceipt(receipt).command },
      order: () => ({ receiver: payer, amount, original: proven.id }),
    });
    return paymentOf(await this.#bring(order));
  }

  async changeClass(walletClass: WalletClassName, evidence: Evidence): Promise<OperatorOrder> {
    return this.#errands.changeClass(walletClass, evidence);
  }

  async setPolicy(policy: Policy): Promise<Payment> {
    const order = await this.#signing.take({
      kind: "set_policy",
      order: ({ epoch }) => ({ replaces: epoch, policy }),
    });
    const sent = await this.#signing.send(order, new Patience(PATIENCE_MS));
    if (sent.answer === "settled") await this.#tellChange(sent);
    return paymentOf(sent);
  }

  // 3.

  async heal(): Promise<readonly Payment[]> {
    return this.#store.alone("heal", async () => {
      await renewTrust(this.#store).catch(ignoreTrouble);
      // All of them together: where nobody answers for one, each of the others is tried once.
      const [healed, patience]: [Payment[], Patience] = [[], new Patience(PATIENCE_MS)];
      for (const order of await this.#store.openOrders()) healed.push(paymentOf(await this.#takeUp(order, patience)));
      for (const errand of await this.#store.openErrands()) await this.#errands.run(errand).catch(ignoreTrouble);
      return healed;
    });
  }

  listen(onEvent: (event: WalletEvent) => void, options: ListenOptions = {}): () => void {
    return listen(this.#door, onEvent, options);
  }

  ask(method: string, path: string, body?: unknown): Promise<unknown> {
    return asked(this.#door, method, path, body);
  }

  now(): number {
    return this.#clock.now();
  }

  async #takeUp(order: Order, patience: Patience): Promise<Order> {
    try {
      if (order.kind === "redeem" || order.kind === "refund") return await this.#bring(order, patience);
      const sent = await this.#signing.send(order, patience);
      if (sent.kind === "set_policy" && sent.answer === "settled") await this.#tellChange(sent);
      return sent;
    } catch (error) {
      ignoreTrouble(error);
      return (await this.#store.find(order.command)) ?? order;
    }
  }

  // 1.

  async #bring(order: Order, patience = new Patience(PATIENCE_MS)): Promise<Order> {
    if (order.answer !== "") return order;
    try {
      const taken = orderOf(required(await patiently(patience, () => this.#door.ask(this.#visitOf(order)))));
      await untilEnded(this.#door, taken, patience);
    } catch (error) {
      // 2.
      const says = error instanceof Trouble && !(error instanceof Later) && !SAYS_NOTHING.has(error.code);
      if (says) await this.#signing.stop(order, patience);
      if (error instanceof Later) return order;
      throw error;
    }
    return this.#signing.send(order, patience);
  }

  #visitOf(order: Order): Visit {
    const path = `/v1/wallets/${this.wallet}/${order.kind === "redeem" ? "redemptions" : "refunds"}`;
    if (order.kind === "redeem") return { method: "POST", path, content: order.wire };
    const told = { payment: toHex(order.beside ?? new Uint8Array()), refund: toHex(order.wire) };
    return { method: "POST", path, text: JSON.stringify(told) };
  }

  /** Tell the operator of another policy; it would hear of it from the ledger a moment later. */
  async #tellChange(order: Order): Promise<void> {
    const path = `/v1/wallets/${this.wallet}/policy`;
    await this.#door.ask({ method: "POST", path, content: order.wire }).catch(ignoreTrouble);
  }

  async #asked(visit: Visit) {
    try {
      return await this.#door.ask(visit);
    } catch (error) {
      if (!isBadSignature(error)) throw error;
      // The policy in force does not know this key: another device has taken it out.
      await followPolicy(this.#store, this.#door, this.#device);
      throw error;
    }
  }
}

async function asked(door: Door, method: string, path: string, body: unknown): Promise<unknown> {
  const visit = { method, path, ...(body !== undefined && { text: JSON.stringify(body) }) };
  return (await door.ask(visit)).document;
}

function paymentOf(order: Order): Payment {
  const { command, kind, counterparty, amount, reference, madeAtMs, expiresAtMs, answer, seq, place } = order;
  const refused = isRefusal(answer);
  const state = answer === "" ? "open" : refused ? "refused" : (answer as Payment["state"]);
  const told = { command, kind, counterparty, amount, reference, madeAtMs, expiresAtMs };
  return { ...told, state, code: refused ? answer : "", seq, place };
}

function proofOf({ command, id, outcome, header }: Proven, receipt: Proof["receipt"]): Proof {
  const { kind, account, order, memo } = command.body;
  const said = order as { readonly receiver?: WalletId; readonly vault?: WalletId; readonly amount?: Fen };
  return {
    command: toHex(id),
    kind,
    payer: account,
    receiver: said.receiver ?? said.vault ?? null,
    amount: said.amount ?? 0n,
    answer: outcome.code,
    atMs: Number(header.header.time),
    memo: toHex(memo),
    receipt,
  };
}

/** What did not work now stays open, and is taken up again. */
function ignoreTrouble(error: unknown): void {
  if (!(error instanceof Trouble)) throw error;
}
