/** How a wallet comes into this browser: opened anew, joined as a further device, or recovered after a loss.
 *
 * 1. Whom it trusts is asked first (`trust`).
 * 2. What is asked is durable, with its key, before it is sent: a second try is the same order and opens no second wallet.
 * 3. A wallet is kept when the operator's order is done, when the policy has this device's key, or when the command that
 *    puts it there has settled. A recovery puts this device and the recovery key in the place of every other one: whatever
 *    these have signed, nobody hears it any more.
 */

import { sameBytes, toHex } from "../protocol/bytes.ts";
import type { WalletId } from "../protocol/ids.ts";
import { Malformed, Reader } from "../protocol/layout.ts";
import { encodePolicy, keysOf, type Policy, readPolicy, type SingleKey } from "../protocol/policies.ts";
import { laneOf } from "../protocol/slots.ts";
import { Patience, patiently, required } from "./asking.ts";
import { Clock } from "./clock.ts";
import { Door, isBadSignature, SAYS_NOTHING } from "./door.ts";
import { PATIENCE_MS, untilEnded } from "./errands.ts";
import { type Device, deviceOf, drawn, makeDevice } from "./keys/device.ts";
import { drawCode, seedOf } from "./keys/recovery.ts";
import { orderOf, shown } from "./records.ts";
import { Signing, takenOut } from "./signing.ts";
import type { Identity, OpeningKept, Store, Trust } from "./store.ts";
import { Later, strange, Trouble } from "./trouble.ts";
import { renewTrust, trusted } from "./trust.ts";
import type { Opening } from "./types.ts";

const KEY_SIZE = 16;
const FIRST_EPOCH = 1;
const DONE = new Set(["done", "settled"]);
const TRIES = 5;

/** Return this device's key, made if there is none. */
export async function ownDevice(store: Store): Promise<Device> {
  return store.alone("device", async () => {
    const kept = await store.get("device");
    if (kept !== undefined) return kept;
    const device = await makeDevice();
    await store.keep({ device });
    return device;
  });
}

/** Return a clock over what was measured last. */
export async function clockOf(store: Store, trust: Trust): Promise<Clock> {
  return new Clock(trust.operator.ledgerUrl, store, (await store.get("aheadMs")) ?? 0);
}

/** Ask for a wallet's number; what was asked before and has no end yet goes on, whatever is asked now.
 *
 * @returns the recovery code, null where none was wanted.
 * @throws Trouble: the operator says no; something else may be asked.
 * @throws Later: it has not ended when the patience is over; the same again goes on.
 */
export async function openWallet(store: Store, opening: Opening): Promise<string | null> {
  return store.alone("opening", async () => {
    if ((await store.get("identity")) !== undefined) throw exists();
    // 1.
    const [trust, device, patience] = [await trusted(store), await ownDevice(store), new Patience(PATIENCE_MS)];
    const door = new Door(trust.operator.url, store, await clockOf(store, trust), device);
    const kept = (await store.get("opening")) ?? (await begin(store, device, opening));
    const wallet = await ordered(store, door, kept, patience);
    // 3.
    const identity: Identity = {
      ...{ wallet, lane: 0, epoch: FIRST_EPOCH, policy: kept.policy },
      ...{ nextNumber: 1, firstNumber: 1 },
    };
    const unwritten = opening.untilWritten === true && kept.recoveryCode !== null ? kept.recoveryCode : undefined;
    await store.keep({ identity, opening: undefined, unwritten });
    return kept.recoveryCode;
  });
}

/** Take a wallet that another device has let this one into.
 *
 * @throws Later: `not_yet_let_in`.
 */
export async function joinWallet(store: Store, wallet: WalletId): Promise<void> {
  await store.alone("opening", async () => {
    const [trust, device] = [await trusted(store), await ownDevice(store)];
    const door = new Door(trust.operator.url, store, await clockOf(store, trust), device, wallet);
    const guard = await guardOf(door).catch((error: unknown) => {
      throw isBadSignature(error) ? notYetLetIn() : error;
    });
    const lane = laneOf(readGuard(guard.policy), device.suite, device.key);
    if (lane === null) throw notYetLetIn();
    const nextNumber = await nextNumberOf(door, lane);
    // 3.
    await store.keep({ identity: { wallet, lane, ...guard, nextNumber, firstNumber: nextNumber } });
  });
}

/** Put this device in the place of whatever devices the wallet had, by the recovery code.
 *
 * @throws Trouble: `bad_recovery_code`: it is none, or that of another wallet.
 * @throws Later: it has not ended when the patience is over; the same again goes on.
 */
export async function recoverWallet(store: Store, wallet: WalletId, code: string): Promise<void> {
  const recovery = await deviceOf(await seedOf(code));
  await store.alone("opening", async () => {
    const identity = await store.get("identity");
    if (identity !== undefined && identity.wallet !== wallet) throw exists();
    const [trust, device] = [await trusted(store), await ownDevice(store)];
    const clock = await clockOf(store, trust);
    const door = new Door(trust.operator.url, store, clock, recovery, wallet);
    const policy: Policy = { kind: "threshold", needed: 1, of: [keyOf(device), keyOf(recovery)] };
    const signing = new Signing(store, trust, clock, recovery, async () => undefined);
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (await isRecovered(store, door, signing, policy)) {
        await store.keep({ recovering: undefined });
        return;
      }
    }
    throw new Later("recovery_open", "the ledger has not said yet that this device is in the policy", 1_000);
  });
}

/** Return the policy in force and its version, as the operator tells them. */
export async function guardOf(door: Door): Promise<Pick<Identity, "policy" | "epoch">> {
  const told = required(await door.ask({ method: "GET", path: `/v1/wallets/${door.keyid}/policy` }));
  return { policy: told.hex("policy"), epoch: told.number("epoch") };
}

/** Keep the policy in force, which another device may have changed, and the lane on which this one signs in it.
 *
 * @throws Trouble: `taken_out`: this device is not in it.
 */
export async function followPolicy(store: Store, door: Door, device: Device): Promise<void> {
  const guard = await guardOf(door).catch(async (error: unknown) => {
    await renewTrust(store);
    throw isBadSignature(error) ? takenOut() : error;
  });
  const policy = readGuard(guard.policy);
  if (!keysOf(policy).some(({ key }) => sameBytes(key, device.key))) throw takenOut();
  const lane = laneOf(policy, device.suite, device.key) ?? (await store.identity()).lane;
  await store.follow({ ...guard, lane });
}

async function begin(store: Store, device: Device, { walletClass, evidence, recovery = true }: Opening) {
  const recoveryCode = recovery ? await drawCode() : null;
  const policy = encodePolicy(
    recoveryCode === null
      ? keyOf(device)
      : { kind: "threshold", needed: 1, of: [keyOf(device), keyOf(await deviceOf(await seedOf(recoveryCode)))] },
  );
  const asked = { wallet_class: walletClass, evidence: shown(evidence), policy: toHex(policy) };
  const opening: OpeningKept = { key: toHex(drawn(KEY_SIZE)), body: JSON.stringify(asked), policy, recoveryCode };
  // 2.
  await store.keep({ opening });
  return opening;
}

async function ordered(store: Store, door: Door, kept: OpeningKept, patience: Patience): Promise<WalletId> {
  const headers = { "Idempotency-Key": kept.key };
  const visit = { method: "POST", path: "/v1/wallets", text: kept.body, headers };
  try {
    const taken = orderOf(required(await patiently(patience, () => door.ask(visit))));
    const order = await untilEnded(door, taken, patience);
    if (DONE.has(order.state) && order.wallet !== null) return order.wallet;
    throw new Trouble(order.code || "refused", "the operator did not open the wallet");
  } catch (error) {
    const says = error instanceof Trouble && !(error instanceof Later) && !SAYS_NOTHING.has(error.code);
    if (says) await store.keep({ opening: undefined });
    throw error;
  }
}

/** Go on with a recovery, and tell whether the policy is in force that it wants. */
async function isRecovered(store: Store, door: Door, signing: Signing, wanted: Policy): Promise<boolean> {
  const patience = new Patience(PATIENCE_MS);
  for (const order of await store.openOrders()) {
    if (order.kind === "set_policy") await signing.send(order, patience);
  }
  const guard = await guardOf(door).catch((error: unknown) => {
    if (!isBadSignature(error)) throw error;
    const nextStep = "see to the number of the wallet, and to the code";
    throw new Trouble("bad_recovery_code", "this code does not open this wallet", { nextStep });
  });
  const wallet = door.keyid as WalletId;
  const nextNumber = await nextNumberOf(door, 0);
  const identity = { wallet, lane: 0, ...guard, nextNumber, firstNumber: nextNumber };
  await store.keep({ identity, recovering: true });
  if (sameBytes(guard.policy, encodePolicy(wanted))) return true;
  const order = await signing.take({
    kind: "set_policy",
    order: ({ epoch }) => ({ replaces: epoch, policy: wanted }),
  });
  const sent = await signing.send(order, patience);
  return sent.answer === "settled";
}

async function nextNumberOf(door: Door, lane: number): Promise<number> {
  const path = `/v1/wallets/${door.keyid}/lanes/${lane}`;
  return required(await door.ask({ method: "GET", path })).number("next_number");
}

function readGuard(bytes: Identity["policy"]): Policy {
  try {
    return readPolicy(new Reader(bytes));
  } catch (error) {
    if (error instanceof Malformed) throw strange("no policy");
    throw error;
  }
}

function keyOf({ suite, key }: Pick<Device, "suite" | "key">): SingleKey {
  return { kind: "key", suite, key };
}

function exists(): Trouble {
  return new Trouble("wallet_exists", "this browser keeps a wallet already", { nextStep: "go on with it" });
}

function notYetLetIn(): Later {
  return new Later("not_yet_let_in", "no device of the wallet has let this one in yet", 1_000);
}
