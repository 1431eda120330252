/** What a wallet must not forget: its keys, its next number, every command that it has signed, and what became of each.
 *
 * 1. A number is taken and its signed bytes are stored in one transaction, durable before anything is sent. A lock keeps
 *    the pages of one browser apart meanwhile, and the transaction looks again whether the number is still the next.
 * 2. Bytes are never changed: a command without a final answer can only be sent again as it is.
 * 3. A final answer is written once.
 * 4. A number of which a command has expired for certain is free, and is taken again: a wallet that used a new one each
 *    time would be locked out after 65 expiries.
 *
 * Errands, which are orders to the operator that nobody signs, are kept in the same database. Twin of `dcep.wallet.store`.
 */

import type { Bytes } from "../protocol/bytes.ts";
import type { WalletId } from "../protocol/ids.ts";
import type { Fen } from "../protocol/money.ts";
import type { WorkerLists } from "../protocol/proofs/worker_lists.ts";
import type { Device } from "./keys/device.ts";
import { Trouble } from "./trouble.ts";
import type { Account, KeptName, Movement, Operator, Payment } from "./types.ts";

/** Whom a wallet believes: its operator, and the workers of its ledger in its network. */
export interface Trust {
  readonly operator: Operator;
  readonly network: Bytes;
  readonly workers: readonly Bytes[];
}

/** Which wallet this is, on which lane this device signs, and the policy in force with its epoch. */
export interface Identity {
  readonly wallet: WalletId;
  readonly lane: number;
  readonly epoch: number;
  readonly policy: Bytes;
  readonly nextNumber: number;
  /** Numbers below it may have been signed for by somebody else, and are never taken. */
  readonly firstNumber: number;
}

/** What was asked when the wallet was opened, until it is; the code is shown with the wallet, and forgotten then. */
export interface OpeningKept {
  readonly key: string;
  readonly body: string;
  readonly policy: Bytes;
  readonly recoveryCode: string | null;
}

/** What was seen last, and when. */
export interface Seen<What> {
  readonly what: What;
  readonly seenAtMs: number;
}

/** All that is kept once. */
export interface Kept {
  readonly trust: Trust;
  /** Workers that came after the genesis, and the version of the board behind them. */
  readonly workers: WorkerLists;
  readonly device: Device;
  readonly identity: Identity;
  readonly opening: OpeningKept;
  /** The recovery code of a page that shows it until its holder has written it down; gone then. */
  readonly unwritten: string;
  /** Whether a recovery is under way: until it ends this device's key is not in the policy. */
  readonly recovering: boolean;
  /** The command that put the policy in force, if this device gave it. */
  readonly change: Bytes;
  readonly account: Seen<Account>;
  readonly history: Seen<readonly Movement[]>;
  /** How far the ledger's clock is ahead of this device's. */
  readonly aheadMs: number;
}

/** A command about to be stored. */
export interface Draft {
  readonly wire: Bytes;
  readonly command: string;
  readonly kind: Payment["kind"];
  readonly counterparty: WalletId | null;
  readonly amount: Fen;
  readonly reference: string | null;
  readonly expiresAtMs: number;
  /** The holder's own key; under one at most one command is ever stored. */
  readonly key?: string;
  /** What the operator wants to see beside it: of a refund, the payment's bytes. */
  readonly beside?: Bytes;
}

/** A command of this wallet; `answer` is empty until it is final. */
export interface Order extends Draft {
  readonly at: number;
  readonly number: number;
  readonly madeAtMs: number;
  readonly answer: string;
  readonly seq: number | null;
  readonly place: number | null;
  readonly receipt: Bytes | null;
}

/** An order to the operator that nobody signs: `ended` is its state, empty until it is known. */
export interface Errand {
  readonly key: string;
  readonly kind: "exchange" | "class";
  readonly body: string;
  readonly madeAtMs: number;
  readonly ended: string;
  readonly code: string;
}

/** Where a command settled, its receipt, and the policy that it put in force, if it did. */
export interface Settled {
  readonly seq: number;
  readonly place: number;
  readonly receipt: Bytes;
  readonly change: Pick<Identity, "epoch" | "policy"> | null;
}

const FORM = 1;
const DURABLE: IDBTransactionOptions = { durability: "strict" };

/** The memory of one wallet of this browser. */
export class Store {
  readonly #database: IDBDatabase;
  readonly name: KeptName;

  private constructor(name: KeptName, database: IDBDatabase) {
    this.name = name;
    this.#database = database;
    // Another page wants to forget the wallet: this one must not hold it up.
    database.onversionchange = () => database.close();
  }

  /** Open the memory, or make it.
   *
   * @throws Trouble: `no_memory`: the browser keeps nothing, as in a private window of some.
   */
  static async open(name: KeptName): Promise<Store> {
    const request = indexedDB.open(databaseOf(name), FORM);
    request.onupgradeneeded = () => prepare(request.result);
    try {
      return new Store(name, await answerOf(request));
    } catch {
      const nextStep = "leave the private window, and let the browser keep data of this page";
      throw new Trouble("no_memory", "this browser keeps nothing for this page", { nextStep });
    }
  }

  /** Forget the wallet with its keys, for ever. */
  static async forget(name: KeptName): Promise<void> {
    await answerOf(indexedDB.deleteDatabase(databaseOf(name)));
  }

  /** Do it while no other page of this browser does the same. */
  async alone<End>(what: string, story: () => Promise<End>): Promise<End> {
    return (await navigator.locks.request(`${databaseOf(this.name)} ${what}`, story)) as End;
  }

  async get<Key extends keyof Kept>(key: Key): Promise<Kept[Key] | undefined> {
    return answerOf(this.#database.transaction("kept").objectStore("kept").get(key));
  }

  /** Keep things, all or none of them; when this returns they are durable. */
  async keep(things: { readonly [Key in keyof Kept]?: Kept[Key] | undefined }): Promise<void> {
    const transaction = this.#database.transaction("kept", "readwrite", DURABLE);
    const kept = transaction.objectStore("kept");
    for (const [key, thing] of Object.entries(things)) {
      if (thing === undefined) kept.delete(key);
      else kept.put(thing, key);
    }
    await completed(transaction);
  }

  /** Return which wallet this is.
   *
   * @throws Trouble: `not_opened` before there is one.
   */
  async identity(): Promise<Identity> {
    const identity = await this.get("identity");
    if (identity === undefined) throw new Trouble("not_opened", "this wallet has no number yet");
    return identity;
  }

  /** Take the ledger's word for the policy in force, and on which lane this device signs. */
  async follow(change: Pick<Identity, "epoch" | "policy" | "lane">): Promise<void> {
    const transaction = this.#database.transaction("kept", "readwrite", DURABLE);
    const kept = transaction.objectStore("kept");
    const identity: Identity | undefined = await answerOf(kept.get("identity"));
    if (identity !== undefined && change.epoch >= identity.epoch) kept.put({ ...identity, ...change }, "identity");
    await completed(transaction);
  }

  // 1.

  /** Take the next number, let a command be made with it, and store it; when this returns it is durable.
   *
   * @param key of the holder: what was stored under it comes back, and nothing is made.
   */
  async take(
    make: (number: number, identity: Identity) => Promise<Draft>,
    nowMs: number,
    key?: string,
  ): Promise<Order> {
    return this.alone("numbers", async () => {
      while (true) {
        const stored = key === undefined ? undefined : await this.keyed(key);
        if (stored !== undefined) return stored;
        const identity = await this.identity();
        const number = await this.#next(identity);
        const order = await this.#put(await make(number, identity), number, identity, nowMs);
        if (order !== null) return order;
      }
    });
  }

  async #put(draft: Draft, number: number, made: Identity, nowMs: number): Promise<Order | null> {
    const transaction = this.#database.transaction(["kept", "orders"], "readwrite", DURABLE);
    const kept = transaction.objectStore("kept");
    const identity: Identity | undefined = await answerOf(kept.get("identity"));
    if (identity?.nextNumber !== made.nextNumber || identity.epoch !== made.epoch) {
      // Somebody else was at work after all: it is made anew, with what stands now.
      transaction.abort();
      return null;
    }
    const order = { ...draft, number, madeAtMs: nowMs, answer: "", seq: null, place: null, receipt: null };
    const at = await answerOf(transaction.objectStore("orders").add(order));
    kept.put({ ...identity, nextNumber: Math.max(identity.nextNumber, number + 1) }, "identity");
    await completed(transaction);
    return { ...order, at: Number(at) };
  }

  // 4.

  async #next({ nextNumber, firstNumber }: Identity): Promise<number> {
    const orders = this.#orders();
    const expired: Order[] = await answerOf(orders.index("answer").getAll("expired"));
    const numbers = expired.map((order) => order.number).filter((number) => number >= firstNumber);
    for (const number of [...new Set(numbers)].sort((one, other) => other - one)) {
      const same: Order[] = await answerOf(orders.index("number").getAll(number));
      if (same.every((order) => order.answer === "expired")) return number;
    }
    return nextNumber;
  }

  // 3.

  /** Write down a final answer; the second time nothing changes.
   *
   * @param settled where it settled, and what that changes; null for any other answer.
   */
  async settle(command: string, answer: string, settled: Settled | null): Promise<Order> {
    const transaction = this.#database.transaction(["kept", "orders"], "readwrite", DURABLE);
    const orders = transaction.objectStore("orders");
    const order: Order = await answerOf(orders.index("command").get(command));
    const written = order.answer === "" ? { ...order, answer, ...placeOf(settled) } : order;
    orders.put(written);
    if (order.answer === "" && settled?.change) {
      const kept = transaction.objectStore("kept");
      const identity: Identity = await answerOf(kept.get("identity"));
      kept.put({ ...identity, ...settled.change }, "identity");
      kept.put(order.wire, "change");
    }
    await completed(transaction);
    return written;
  }

  // Reading.

  /** Return what has no final answer, the oldest first. */
  async openOrders(): Promise<readonly Order[]> {
    return answerOf(this.#orders().index("answer").getAll(""));
  }

  async keyed(key: string): Promise<Order | undefined> {
    return answerOf(this.#orders().index("key").get(key));
  }

  async find(command: string): Promise<Order | undefined> {
    return answerOf(this.#orders().index("command").get(command));
  }

  /** Return the newest orders, the newest first. */
  async newest(limit: number): Promise<readonly Order[]> {
    const found: Order[] = [];
    const request = this.#orders().openCursor(null, "prev");
    return new Promise((resolve, reject) => {
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (cursor === null || found.length === limit) return resolve(found);
        found.push(cursor.value);
        cursor.continue();
      };
    });
  }

  // Errands.

  /** Store an errand and return it; under a key that was used, return what was stored there. */
  async takeErrand(errand: Errand): Promise<Errand> {
    const transaction = this.#database.transaction("errands", "readwrite", DURABLE);
    const errands = transaction.objectStore("errands");
    const stored: Errand | undefined = await answerOf(errands.get(errand.key));
    if (stored === undefined) errands.add(errand);
    await completed(transaction);
    return stored ?? errand;
  }

  /** Write down how an errand ended; what was shown to the operator with it is forgotten. */
  async endErrand(key: string, ended: string, code: string): Promise<void> {
    const transaction = this.#database.transaction("errands", "readwrite", DURABLE);
    const errands = transaction.objectStore("errands");
    const stored: Errand | undefined = await answerOf(errands.get(key));
    if (stored?.ended === "") errands.put({ ...stored, ended, code, ...(stored.kind === "class" && { body: "" }) });
    await completed(transaction);
  }

  /** Return the errands of which the end is not known. */
  async openErrands(): Promise<readonly Errand[]> {
    const errands = this.#database.transaction("errands").objectStore("errands");
    return answerOf(errands.index("ended").getAll(""));
  }

  #orders(): IDBObjectStore {
    return this.#database.transaction("orders").objectStore("orders");
  }
}

function databaseOf(name: KeptName): string {
  return `dcep ${name}`;
}

function prepare(database: IDBDatabase): void {
  database.createObjectStore("kept");
  const orders = database.createObjectStore("orders", { keyPath: "at", autoIncrement: true });
  orders.createIndex("command", "command", { unique: true });
  orders.createIndex("key", "key", { unique: true });
  orders.createIndex("number", "number");
  orders.createIndex("answer", "answer");
  const errands = database.createObjectStore("errands", { keyPath: "key" });
  errands.createIndex("ended", "ended");
}

function placeOf(settled: Settled | null): Pick<Order, "seq" | "place" | "receipt"> {
  return { seq: settled?.seq ?? null, place: settled?.place ?? null, receipt: settled?.receipt ?? null };
}

function answerOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}
