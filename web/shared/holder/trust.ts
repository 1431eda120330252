/** Whom a wallet believes: its operator's word about itself once, and from then on the workers of its ledger.
 *
 * 1. The operator says who it is and where its ledger is; the ledger's genesis says whose signatures count. The hash of
 *    the genesis is the network's id, which an operator cannot choose.
 * 2. Workers that came after the genesis follow from the officers' orders, whoever brings these. A wallet that knows a
 *    later board does not go back to an earlier one.
 */

import { type Bytes, sameBytes, toHex } from "../protocol/bytes.ts";
import { Malformed } from "../protocol/layout.ts";
import { decodeGenesis, networkOf } from "../protocol/proofs/genesis.ts";
import { BadWorkerOrders, follow } from "../protocol/proofs/worker_lists.ts";
import { ask, required } from "./asking.ts";
import { operatorOf } from "./records.ts";
import type { Store, Trust } from "./store.ts";
import { strange, Trouble } from "./trouble.ts";
import type { Operator } from "./types.ts";

/** Return whom this wallet trusts: as it was met once, or as it is met now.
 *
 * @throws Trouble: `other_network`: the operator and its ledger do not keep the same one.
 */
export async function trusted(store: Store): Promise<Trust> {
  const kept = await store.get("trust");
  if (kept !== undefined) return kept;
  // 1.
  const operator = await operatorHere();
  const genesis = await genesisOf(operator);
  const network = await networkOf(genesis);
  if (toHex(network) !== operator.network) {
    throw new Trouble("other_network", "the operator and its ledger do not keep the same network");
  }
  const trust = { operator, network, workers: read(() => decodeGenesis(genesis).shard_workers) };
  await store.keep({ trust });
  return trust;
}

/** Keep by which address the operator and its ledger are called now; it counts from the next page on.
 *
 * @throws Trouble: `other_network`: another currency is served here than the one in which the wallet is.
 */
export async function renewTrust(store: Store): Promise<void> {
  const kept = await trusted(store);
  const operator = await operatorHere();
  if (operator.network !== kept.operator.network) {
    const nextStep = "open the page of the operator that keeps it, or let this browser forget the wallet";
    throw new Trouble("other_network", "the wallet is in another network than this page", { nextStep });
  }
  await store.keep({ trust: { ...kept, operator } });
}

// 2.

/** Return the keys of all workers whose signatures count, as far as this wallet knows. */
export async function knownWorkers(store: Store, trust: Trust): Promise<readonly Bytes[]> {
  return [...trust.workers, ...((await store.get("workers"))?.keys ?? [])];
}

/** Ask the operator for the officers' orders about workers, and believe what follows from the genesis.
 *
 * @throws Later: nobody answers; or `strange_answer`: the orders do not follow from it.
 */
export async function learnWorkers(store: Store, trust: Trust): Promise<void> {
  const told = required(await ask({ method: "GET", url: "/v1/workers" }));
  const genesis = await genesisOf(trust.operator);
  if (!sameBytes(await networkOf(genesis), trust.network)) throw strange("the ledger has another genesis");
  const orders = told.hexes("orders");
  try {
    const shards = trust.workers.map((_, shard) => follow(genesis, orders, shard));
    const lists = await Promise.all(shards);
    const board = Math.max(...lists.map((each) => each.board));
    const known = (await store.get("workers"))?.board ?? 1;
    if (board >= known) await store.keep({ workers: { board, keys: lists.flatMap((each) => each.keys) } });
  } catch (error) {
    if (error instanceof BadWorkerOrders || error instanceof Malformed) throw strange("no orders about workers");
    throw error;
  }
}

async function operatorHere(): Promise<Operator> {
  return operatorOf(required(await ask({ method: "GET", url: "/v1/operator" })));
}

async function genesisOf(operator: Operator): Promise<Bytes> {
  return required(await ask({ method: "GET", url: `${operator.ledgerUrl}/v1/genesis` })).hex("genesis");
}

function read<Value>(decode: () => Value): Value {
  try {
    return decode();
  } catch (error) {
    if (error instanceof Malformed) throw strange("no genesis");
    throw error;
  }
}
