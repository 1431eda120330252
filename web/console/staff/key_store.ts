/** Where this browser keeps the key of a page of the staff's. The key itself can be used, and read by nobody. */

import type { Device } from "../../shared/holder/keys/device.ts";
import { Trouble } from "../../shared/holder/trouble.ts";

const DATABASE = "dcep-staff";
const STORE = "keys";
const PLACE = "screen";

/** Return the key of this browser, null if there is none.
 *
 * @throws Trouble `no_memory`: the browser keeps nothing, and so do the two below.
 */
export async function keptKey(): Promise<Device | null> {
  return (await within<Device | undefined>("readonly", (store) => store.get(PLACE))) ?? null;
}

/** Keep a key in the place of the one before. */
export async function keep(key: Device): Promise<void> {
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
    opening.onerror = () => reject(noMemory());
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
        reject(noMemory());
      };
    };
  });
}

function noMemory(): Trouble {
  const nextStep = "leave the private window, or let this site keep data";
  return new Trouble("no_memory", "this browser keeps nothing for the page", { nextStep });
}
