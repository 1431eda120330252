/** A till at work: it shows requests, sees them paid, tells the day's takings, and pays back.
 *
 * 1. A request is stored before it is shown. From then on a payment for it is found, whatever happens to the page.
 * 2. What the operator tells of a payment is where to look: the receipt is fetched from the ledger and verified here, and
 *    only a receipt makes a sale paid.
 * 3. A payment that could not be looked at, for want of a network, is looked at again: whenever the stream comes back,
 *    and every few seconds after something failed. The history has every line, so nothing that was missed stays missed.
 * 4. The same payment heard of twice counts once.
 */

import { Trouble } from "../shared/holder/trouble.ts";
import type { HeldWallet, Movement, Payment, WalletEvent } from "../shared/holder/types.ts";
import { NO_CATEGORY } from "../shared/protocol/codes.ts";
import type { Fen } from "../shared/protocol/money.ts";
import { decodeRefundCode } from "../shared/protocol/refund_codes.ts";
import { isoDay } from "../shared/ui/i18n.ts";
import type { Book, Shop } from "./book.ts";
import { codeOf } from "./code.ts";
import { Days } from "./sales/days.ts";
import { memoOf, referenceText, startOf } from "./sales/references.ts";
import { answered, paymentOf, type Sale, stateOf } from "./sales/sale.ts";
import type { Takings } from "./sales/takings.ts";

/** How long a code can be paid. */
export const CODE_LIFE_MS = 300_000;
/** A customer whose code has expired may still be paying: so long a sale is looked for. */
const LATEST_MS = 86_400_000;
const AGAIN_MS = 5_000;
/** A till reads its history back so far to know what was paid back. */
const OLDEST_MS = 35 * 86_400_000;

export class Till {
  readonly holder: HeldWallet;
  readonly #book: Book;
  readonly #days: Days;
  readonly #listeners = new Set<() => void>();
  #shop: Shop;
  #sales: readonly Sale[] = [];
  #isConnected = true;
  #trouble: Trouble | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #hush: () => void = () => undefined;

  private constructor(holder: HeldWallet, book: Book, shop: Shop) {
    this.holder = holder;
    this.#book = book;
    this.#shop = shop;
    this.#days = new Days((cursor) => holder.history(cursor));
  }

  /** What people call the shop. */
  get shop(): Shop {
    return this.#shop;
  }

  /** Which till of the shop this is; they count from 1. */
  get number(): number {
    return this.holder.lane + 1;
  }

  /** The sales of this browser, the newest first. */
  get sales(): readonly Sale[] {
    return this.#sales;
  }

  /** Whether a payment would be seen as it happens: news come, and what was heard of could be looked at. */
  get isConnected(): boolean {
    return this.#isConnected && (this.#trouble === null || this.#trouble.final);
  }

  /** What stands in the way of looking at payments; null where nothing does. */
  get trouble(): Trouble | null {
    return this.#trouble;
  }

  /** Return a till that works; `end` ends it. */
  static async at(holder: HeldWallet, book: Book, shop: Shop): Promise<Till> {
    await book.keepShop(shop);
    const till = new Till(holder, book, shop);
    await till.#begin();
    return till;
  }

  async #begin(): Promise<void> {
    // What draws codes is loaded now: without a network it could not be, and a code is shown all the same.
    void import("uqr").catch(() => undefined);
    this.#sales = await this.#book.sales(this.holder.now());
    this.#hush = this.holder.listen((event) => void this.#hear(event), {
      onConnection: (isConnected) => {
        this.#isConnected = isConnected;
        this.#tell();
        // 3.
        if (isConnected) void this.look();
      },
    });
    await this.look();
    await this.#clear();
    void this.#heal();
    addEventListener("online", this.#heal);
  }

  end(): void {
    this.#hush();
    removeEventListener("online", this.#heal);
    clearTimeout(this.#again);
    this.#listeners.clear();
  }

  /** Call `listener` after each change; the answer ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async rename(shop: Shop): Promise<void> {
    await this.#book.keepShop(shop);
    this.#shop = shop;
    this.#tell();
  }

  /** 1. Begin a sale: a request of its own, which one payment can answer.
   *
   * @throws BadRequest: the shop's name or city does not fit a code.
   */
  async ask(amount: Fen): Promise<Sale> {
    const madeAtMs = this.holder.now();
    const day = isoDay(madeAtMs);
    const number = await this.#book.takeNumber(this.number, day, await this.#leastNumber(day));
    const reference = referenceText({ till: this.number, day, number });
    const expiresAtMs = madeAtMs + CODE_LIFE_MS;
    const { wallet, operator } = this.holder;
    const text = await codeOf((method, path, body) => this.holder.ask(method, path, body), {
      ...{ receiver: wallet, network: operator.network, ...this.#shop },
      ...{ reference, expiresAtMs, amount, category: NO_CATEGORY },
    });
    const memo = await memoOf(reference);
    const fresh = { withdrawn: false, done: false, answers: [] };
    const sale = { reference, memo, amount, madeAtMs, expiresAtMs, text, ...fresh };
    await this.#book.begin(sale);
    this.#take(sale);
    return sale;
  }

  /** The sale that stands before the customer: the newest that nobody has gone on from. */
  get current(): Sale | null {
    return this.#sales.find((sale) => !sale.done) ?? null;
  }

  /** Go on to the next customer. A code that nobody has paid is taken away; whoever pays it all the same is told of.
   *
   * @param sale - as it was seen: a payment that came at the same moment stays before everybody's eyes.
   */
  async goOn(sale: Sale): Promise<void> {
    const isPaid = paymentOf(sale) !== null;
    const done = (each: Sale): Sale => {
      if (!isPaid && paymentOf(each) !== null) return each;
      return { ...each, done: true, withdrawn: each.withdrawn || !isPaid };
    };
    // The next amount is typed at once: the page does not wait until it is stored.
    this.#take(done(sale));
    await this.#change(sale.reference, done);
  }

  /** Keep that a person has decided what becomes of a payment that did not simply pay its sale. */
  async decide(sale: Sale, command: string): Promise<void> {
    await this.#change(sale.reference, (each) => ({
      ...each,
      answers: each.answers.map((answer) => (answer.command === command ? { ...answer, decided: true } : answer)),
    }));
  }

  /** Look at whatever may have been paid meanwhile; what cannot be looked at now is looked at again. */
  async look(): Promise<void> {
    clearTimeout(this.#again);
    try {
      for (const line of await this.#days.read(this.#unpaidSince(), this.holder.now())) await this.#judge(line);
      this.#trouble = null;
    } catch (error) {
      this.#postpone(error);
    }
    this.#tell();
  }

  /** Read all lines of a day: `takings` is whole then.
   *
   * @throws Trouble: the operator cannot be asked.
   */
  async read(day: string): Promise<void> {
    await this.#days.readDay(day);
    this.#tell();
  }

  /** Return the takings of a day 当日收款, as far as they were read or heard. */
  takings(day: string): Takings {
    return this.#days.takings(day);
  }

  /** Pay back a payment, or a part of it; the refund comes as settled, or as open where no answer has come yet.
   *
   * @param key - the page's own name of this refund: under one key at most one is ever signed.
   * @throws Trouble: `refund_over_original`, a refusal of the ledger: nothing was paid back.
   */
  async refund(payment: Pick<Movement, "command" | "seq" | "place">, amount: Fen, key: string): Promise<Payment> {
    const refund = await this.holder.refund(payment, amount, { key });
    await this.look();
    if (refund.state !== "settled" && refund.state !== "open") {
      throw new Trouble(refund.code || "unexpected", "the ledger did not settle the refund");
    }
    return refund;
  }

  /** Return the payment that a customer's refund code names, proven by its receipt.
   *
   * @throws BadRefundCode: the text is none. Trouble: `foreign_code`, `other_shop`, or there is no such payment.
   */
  async paymentOf(text: string): Promise<Movement> {
    const code = decodeRefundCode(text);
    if (code.network !== this.holder.operator.network) throw new Trouble("foreign_code", "a code of another network");
    if (code.merchant !== this.holder.wallet) throw new Trouble("other_shop", "a payment to somebody else");
    const proof = await this.holder.receipt(code);
    if (proof.kind !== "pay" || proof.answer !== "settled" || proof.receiver !== this.holder.wallet) {
      throw new Trouble("other_payment", "no payment to this shop");
    }
    const { amount, atMs, memo, command, payer } = proof;
    // What was paid back of it stands behind it. Of a very old one the operator alone knows, and has the last word.
    const now = this.holder.now();
    await this.#days.read(Math.max(atMs, now - OLDEST_MS), now);
    return {
      ...{ seq: code.seq, place: code.place, atMs, kind: "received", counterparty: payer, amount },
      ...{ effect: "in", balance: 0n, command, refersTo: null, memo },
    };
  }

  /** All lines of the history that are known, for what was refunded of a payment. */
  get lines(): readonly Movement[] {
    return this.#days.lines;
  }

  /** Send on what was signed before the page was closed, or while there was no network, as it is. */
  readonly #heal = async (): Promise<void> => {
    await this.holder.heal().catch(() => undefined);
    await this.look();
  };

  async #hear(event: WalletEvent): Promise<void> {
    if (event.name !== "payment") return;
    await this.#days.hear(event.movement);
    await this.#judge(event.movement).catch((error: unknown) => this.#postpone(error));
    this.#tell();
  }

  /** 2. Look at a line: where it answers a sale of this browser, its receipt says how. */
  async #judge(line: Movement): Promise<void> {
    if (line.kind !== "received" || line.memo === null) return;
    const sale = await this.#book.saleOf(line.memo);
    // 4.
    if (sale === null || sale.answers.some((answer) => answer.command === line.command)) return;
    const proof = await this.holder.receipt(line);
    const placed = { ...proof, seq: line.seq, place: line.place };
    await this.#change(sale.reference, (each) => answered(each, placed, this.holder.wallet));
  }

  async #change(reference: string, by: (sale: Sale) => Sale): Promise<void> {
    const changed = await this.#book.change(reference, by);
    if (changed !== null) this.#take(changed);
  }

  /** Whoever comes in the morning does not find a code of yesterday's. */
  async #clear(): Promise<void> {
    const now = this.holder.now();
    const left = (sale: Sale) =>
      !sale.done && stateOf(sale, now) === "expired" && sale.expiresAtMs < now - CODE_LIFE_MS;
    for (const sale of this.#sales.filter(left)) await this.goOn(sale);
  }

  #take(sale: Sale): void {
    const others = this.#sales.filter((each) => each.reference !== sale.reference);
    this.#sales = [...others, sale].sort((one, other) => other.madeAtMs - one.madeAtMs);
    this.#tell();
  }

  /** 3. */
  #postpone(error: unknown): void {
    this.#trouble = error instanceof Trouble ? error : new Trouble("unexpected", String(error), { final: false });
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.look(), AGAIN_MS);
  }

  /** The beginning of today, or of the oldest sale that somebody may still be paying. */
  #unpaidSince(): number {
    const now = this.holder.now();
    const open = this.#sales.filter((sale) => stateOf(sale, now) !== "paid" && sale.madeAtMs > now - LATEST_MS);
    return Math.min(startOf(isoDay(now)), ...open.map((sale) => sale.madeAtMs));
  }

  /** A browser that has lost its book must not give a reference out again that was paid today. */
  async #leastNumber(day: string): Promise<number> {
    if (this.#sales.some((sale) => isoDay(sale.madeAtMs) === day)) return 1;
    return (await this.#days.highestNumber(this.number, day)) + 1;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
