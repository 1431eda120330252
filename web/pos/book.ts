/** What a till must not forget, in this browser (IndexedDB): the shop's name, and every sale that it has begun.
 *
 * 1. A sale is stored, under the next number of its till and day, before its code is shown: two pages of one till never
 *    show one reference, and a page that is closed while a customer pays finds the sale again.
 * 2. A sale is read, changed and written in one transaction: what two pages hear at once is not lost.
 * 3. Money is not kept here. Whoever loses this book has the history of the wallet, and every receipt.
 */

import type { Sale } from "./sales/sale.ts";

const DATABASE = "dcep-till-book";
const FORM = 1;
const SALES = "sales";
const NUMBERS = "numbers";
const ABOUT = "about";
/** Sales are kept so long: a shop looks into its history for what is older. */
const KEPT_MS = 35 * 86_400_000;

/** What people call the shop, as its codes show it. */
export interface Shop {
  readonly name: string;
  readonly city: string;
}

/** The book of this browser's till. */
export class Book {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open(): Promise<Book> {
    const request = indexedDB.open(DATABASE, FORM);
    request.onupgradeneeded = () => {
      const sales = request.result.createObjectStore(SALES, { keyPath: "reference" });
      sales.createIndex("memo", "memo", { unique: true });
      sales.createIndex("madeAtMs", "madeAtMs");
      request.result.createObjectStore(NUMBERS);
      request.result.createObjectStore(ABOUT);
    };
    const database = await ended(request);
    database.onversionchange = () => database.close();
    return new Book(database);
  }

  /** Throw the book away; a page that has it open lets go of it. */
  static async forget(): Promise<void> {
    await ended(indexedDB.deleteDatabase(DATABASE));
  }

  /** Return the shop, null before it has a name. */
  async shop(): Promise<Shop | null> {
    const found: Shop | undefined = await ended(this.#database.transaction(ABOUT).objectStore(ABOUT).get("shop"));
    return found ?? null;
  }

  async keepShop(shop: Shop): Promise<void> {
    const transaction = this.#writing(ABOUT);
    transaction.objectStore(ABOUT).put(shop, "shop");
    await committed(transaction);
  }

  /** Return the next number of a till's day, and keep that it is taken; at least `least`. */
  async takeNumber(till: number, day: string, least: number): Promise<number> {
    const transaction = this.#writing(NUMBERS);
    const numbers = transaction.objectStore(NUMBERS);
    const last: number | undefined = await ended(numbers.get([till, day]));
    const number = Math.max((last ?? 0) + 1, least);
    numbers.put(number, [till, day]);
    await committed(transaction);
    return number;
  }

  /** 1. Store a new sale; durable when this returns. */
  async begin(sale: Sale): Promise<void> {
    const transaction = this.#writing(SALES);
    transaction.objectStore(SALES).add(sale);
    await committed(transaction);
  }

  /** 2. Change a sale, and return it as it is then; null where there is none. */
  async change(reference: string, by: (sale: Sale) => Sale): Promise<Sale | null> {
    const transaction = this.#writing(SALES);
    const sales = transaction.objectStore(SALES);
    const found: Sale | undefined = await ended(sales.get(reference));
    if (found === undefined) return null;
    const changed = by(found);
    if (changed !== found) sales.put(changed);
    await committed(transaction);
    return changed;
  }

  /** Return the sale whose request carries a memo, null where it is none of this browser's. */
  async saleOf(memo: string): Promise<Sale | null> {
    const found: Sale | undefined = await ended(
      this.#database.transaction(SALES).objectStore(SALES).index("memo").get(memo),
    );
    return found ?? null;
  }

  /** Return all sales that are kept, the newest first; what is too old is dropped. */
  async sales(nowMs: number): Promise<readonly Sale[]> {
    const transaction = this.#writing(SALES);
    const sales = transaction.objectStore(SALES);
    const old = await ended(sales.index("madeAtMs").getAllKeys(IDBKeyRange.upperBound(nowMs - KEPT_MS)));
    for (const key of old) sales.delete(key);
    const kept: Sale[] = await ended(sales.index("madeAtMs").getAll());
    await committed(transaction);
    return kept.reverse();
  }

  #writing(store: string): IDBTransaction {
    return this.#database.transaction(store, "readwrite", { durability: "strict" });
  }
}

function ended<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}
