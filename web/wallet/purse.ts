/**
 * The wallet as the page sees it: what is there, what has moved, what has no answer yet.
 *
 * 1. What was seen last is shown at once, before anything is asked: a page without a network can be read.
 * 2. Whatever has no final answer is taken up again: when the page opens, when the network is back, and again and again
 *    until nothing is open. The bytes are the same, so nothing happens twice.
 * 3. Then the page listens: what is received appears by itself.
 */

import { Trouble } from "../shared/holder/trouble.ts";
import type { Account, HeldWallet, Movement, Payment, WalletEvent } from "../shared/holder/types.ts";

/** Something that the holder should hear of, wherever the page stands. */
export type News =
  | Readonly<{ kind: "received"; movement: Movement }>
  | Readonly<{ kind: "healed"; payment: Payment }>
  | null;

/** What is known. */
export type Seen = Readonly<{
  account: Account | null;
  /** The newest first, as far as they were asked for. */
  movements: readonly Movement[];
  /** Where the older ones begin; null where there are none. */
  next: string | null;
  /** When the account was seen; 0 for never. */
  seenAtMs: number;
  connected: boolean;
  /** Another device has taken this one out of the wallet, such as by the recovery code. */
  takenOut: boolean;
  /** Signed here, and without a final answer. */
  open: readonly Payment[];
  news: News;
}>;

const NOTHING: Seen = {
  account: null,
  movements: [],
  next: null,
  seenAtMs: 0,
  connected: true,
  takenOut: false,
  open: [],
  news: null,
};
/** Kinds of movements that the holder did not bring about himself. */
const FROM_OTHERS = new Set(["received", "refund_received", "returned", "capture_received"]);
/** How an operator answers a key that may not ask any more. */
const NO_RIGHT = new Set(["taken_out", "bad_request_signature"]);
const HEAL_AGAIN_MS = 5_000;
/** Searching and filing read the whole history; of more lines than these a statement of the operator tells. */
const MOST_LINES = 5_000;

/** Keeps what is known of a wallet, and tells whoever draws it. */
export class Purse {
  readonly held: HeldWallet;
  seen: Seen = NOTHING;
  readonly #listeners = new Set<() => void>();
  #healing: ReturnType<typeof setTimeout> | undefined;
  #stopListening: (() => void) | undefined;
  readonly #isBack = () => void this.wake();

  constructor(held: HeldWallet) {
    this.held = held;
  }

  /** Call `listener` after each change; the answer ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Begin; `stop` ends it. */
  async start(): Promise<void> {
    addEventListener("online", this.#isBack);
    // 3.
    this.#stopListening = this.held.listen((event) => this.#hear(event), {
      onConnection: (stands) => this.#lineStands(stands),
    });
    // 1.
    const kept = await this.held.remembered();
    this.#change({ account: kept.account, movements: kept.history, seenAtMs: kept.seenAtMs });
    // 2.
    await this.wake();
  }

  stop(): void {
    removeEventListener("online", this.#isBack);
    clearTimeout(this.#healing);
    this.#stopListening?.();
  }

  /** Look anew, and take up what is open. */
  async wake(): Promise<void> {
    await this.#heal();
    await this.refresh();
  }

  /** Ask for the account and the newest lines; without a network what was known stays. */
  async refresh(): Promise<void> {
    try {
      const [account, page] = await Promise.all([this.held.account(), this.held.history()]);
      const fresh = new Set(page.items.map(placeOf));
      const older = this.seen.movements.filter((movement) => !fresh.has(placeOf(movement)));
      const meets = older.length < this.seen.movements.length;
      this.#change({
        account,
        movements: meets ? [...page.items, ...older] : page.items,
        next: meets && this.seen.next !== null ? this.seen.next : page.next,
        seenAtMs: this.held.now(),
        connected: true,
        takenOut: false,
      });
    } catch (error) {
      const takenOut = error instanceof Trouble && NO_RIGHT.has(error.code);
      this.#change(takenOut ? { connected: true, takenOut } : { connected: false });
    }
    await this.#countOpen();
  }

  /** Ask for older lines. */
  async more(): Promise<void> {
    if (this.seen.next === null) return;
    const page = await this.held.history(this.seen.next);
    const known = new Set(this.seen.movements.map(placeOf));
    const older = page.items.filter((movement) => !known.has(placeOf(movement)));
    this.#change({ movements: [...this.seen.movements, ...older], next: page.next });
  }

  /** Ask for all lines, for a search or a file. */
  async all(): Promise<readonly Movement[]> {
    while (this.seen.next !== null && this.seen.movements.length < MOST_LINES) await this.more();
    return this.seen.movements;
  }

  /** The holder has heard the news. */
  heard(): void {
    this.#change({ news: null });
  }

  async #heal(): Promise<void> {
    clearTimeout(this.#healing);
    const healed = await this.held.heal().catch((): readonly Payment[] => []);
    const ended = healed.filter((payment) => payment.state !== "open").at(-1);
    if (ended !== undefined) this.#change({ news: { kind: "healed", payment: ended } });
    await this.#countOpen();
  }

  async #countOpen(): Promise<void> {
    const open = (await this.held.payments()).filter((payment) => payment.state === "open");
    this.#change({ open });
    clearTimeout(this.#healing);
    if (open.length > 0) this.#healing = setTimeout(() => void this.wake(), HEAL_AGAIN_MS);
  }

  #lineStands(stands: boolean): void {
    // A stream also ends in good health: whether there is a network is what the next question says.
    if (!stands) void this.refresh();
    else if (!this.seen.connected) void this.wake();
  }

  #hear(event: WalletEvent): void {
    if (event.name === "payment" && FROM_OTHERS.has(event.movement.kind)) {
      this.#change({ news: { kind: "received", movement: event.movement } });
    }
    void this.refresh();
  }

  #change(changed: Partial<Seen>): void {
    this.seen = { ...this.seen, ...changed };
    for (const listener of this.#listeners) listener();
  }
}

function placeOf(movement: Movement): string {
  return `${movement.seq}-${movement.place}-${movement.kind}`;
}
