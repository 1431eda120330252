/** How a wallet comes to this till: opened here, brought back here, or held by other tills that let this one in. */

import { Holder } from "../shared/holder/holder.ts";
import type { HeldWallet, Opening } from "../shared/holder/types.ts";
import type { WalletId } from "../shared/protocol/ids.ts";
import { pairingCode } from "../shared/protocol/pairing_codes.ts";
import { Book } from "./book.ts";

const NAME = "till";

/** How a device joins a shop: it says its key, and asks for the wallet until it is let in. `tills` has the story. */
export interface Joining {
  /** Let this device's key wait at the operator, and return its code. */
  readonly announce: () => Promise<string>;
  /** @throws Trouble: `not_yet_let_in`. */
  readonly join: (wallet: WalletId) => Promise<HeldWallet>;
}

/** Return the wallet that this till keeps, null where it keeps none. */
export function keptWallet(): Promise<HeldWallet | null> {
  return Holder.kept(NAME);
}

/** Open a wallet, or go on with an opening that was cut; its recovery code is kept until it is written down.
 *
 * @throws Trouble: the operator says no.
 */
export async function openWallet(opening: Opening): Promise<HeldWallet> {
  return (await Holder.open(NAME, { ...opening, untilWritten: true })).held;
}

/** Bring a wallet back: whatever the lost device may have signed never happens.
 *
 * @throws Trouble: `bad_recovery_code`, `unknown_wallet`.
 */
export function recoverWallet(wallet: WalletId, code: string): Promise<HeldWallet> {
  return Holder.recover(NAME, wallet, code);
}

/** Forget the wallet's key and all sales of this till, for ever. */
export async function clearTill(): Promise<void> {
  await Holder.forget(NAME);
  await Book.forget();
}

export const joining: Joining = {
  announce: async () => {
    const newcomer = await Holder.prepare(NAME);
    await newcomer.ask("POST", "/v1/pairings");
    // The code is made here, of the key itself: what the operator says it is is not believed.
    return pairingCode(newcomer.suite, newcomer.key);
  },
  join: (wallet) => Holder.join(NAME, wallet),
};
