/** The tills of one shop: who is in, how a new one is let in, how one is taken out. `protocol/slots` has the rules.
 *
 * 1. A new till makes a key, which holds no wallet yet, and says it to the operator; the code of the key is shown.
 * 2. The code is typed at a till of the shop. That till is told the key and makes the code of it again: the operator can
 *    put no other key in its place.
 * 3. It puts the key into the wallet's policy by a command to the ledger, with the first lane that is free.
 * 4. The new till asks for the policy until its key is in it, and numbers its commands on its own lane from then on.
 */

import { Trouble } from "../shared/holder/trouble.ts";
import type { HeldWallet } from "../shared/holder/types.ts";
import { type Bytes, fromHex } from "../shared/protocol/bytes.ts";
import { pairingCode, readPairingCode } from "../shared/protocol/pairing_codes.ts";
import type { Policy } from "../shared/protocol/policies.ts";
import { type Device, devicesOf, letIn, takeOut } from "../shared/protocol/slots.ts";

/** Return the tills of a shop, by their lanes. */
export async function tillsOf(holder: HeldWallet): Promise<readonly Device[]> {
  return devicesOf(await policyOf(holder));
}

/** 2. and 3. Let the till in that shows this code.
 *
 * @throws BadPairingCode, BadSlot, Trouble `pairing_unknown`, `other_key`, `stale`: nobody was let in.
 */
export async function letTillIn(holder: HeldWallet, typed: string): Promise<void> {
  const code = readPairingCode(typed);
  const { suite, key } = keyIn(await holder.ask("GET", `/v1/pairings/${code}`));
  // 2.
  if ((await pairingCode(suite, key)) !== code) throw new Trouble("other_key", "the key is not that of the code");
  // 3.
  await put(holder, letIn(await policyOf(holder), suite, key));
}

/** Take the till of a lane out of the shop.
 *
 * @throws BadSlot, Trouble `stale`: nobody was taken out.
 */
export async function takeTillOut(holder: HeldWallet, lane: number): Promise<void> {
  await put(holder, takeOut(await policyOf(holder), lane));
}

/** The policy in force: another till may have changed it, and the holder learns of that when he asks for the account. */
async function policyOf(holder: HeldWallet): Promise<Policy> {
  await holder.account();
  return (await holder.policy()).policy;
}

async function put(holder: HeldWallet, policy: Policy): Promise<void> {
  const change = await holder.setPolicy(policy);
  if (change.state === "open") throw new Trouble("unavailable", "no answer yet", { final: false });
  if (change.state !== "settled") throw new Trouble(change.code || "stale", "the ledger did not take the change");
}

function keyIn(told: unknown): { readonly suite: number; readonly key: Bytes } {
  const { suite, key } = told as { readonly suite: number; readonly key: string };
  return { suite, key: fromHex(key) };
}
