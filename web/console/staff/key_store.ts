/** Where this browser keeps the key of a page of the staff's. The key itself can be used, and read by nobody. */

import type { Bytes } from "../../shared/protocol/bytes.ts";

/** A key that cannot leave this browser, and the bytes by which others know it. */
export interface KeptKey {
  readonly pair: CryptoKeyPair;
  readonly publicKey: Bytes;
}

const DATABASE = "dcep-staff";
const STORE = "keys";
const PLACE = "screen";

/** Return the key of this browser, null if there is none. */
export async function keptKey(): Promise<KeptKey | null> {
  return (await within<KeptKey | undefined>("readonly", (store) => store.get(PLACE))) ?? null;
}

/** Keep a key in the place of the one before. */
export async function keep(key: KeptKey): Promise<void> {
  await within("readwrite", (store) => store.put(key, PLACE));
}

/** Keep no key any more. */
export async function loseKey(): Promise<void> {
  await within("readwrite", (store) => store.delete(PLACE));
}

function within<Found>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<Found> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE, mode);
      const asked = ask(transaction.objectStore(STORE));
      // What is kept is kept when the transaction has ended, not when it was asked for.
      transaction.oncomplete = () => {
        database.close();
        resolve(asked.result as Found);
      };
      transaction.onabort = () => {
        database.close();
        reject(transaction.error);
      };
    };
  });
}
