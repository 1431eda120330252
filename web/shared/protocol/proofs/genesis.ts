/** The genesis of a network: whose signatures count. Twin of `dcep.messages.genesis`. */

import { type Bytes, concat, sameBytes, sha256, utf8 } from "../bytes.ts";
import { RULES } from "../commands.ts";
import { CODE, decode, HASH, KEY, list, Malformed, record, type ValueOf } from "../layout.ts";
import { POLICY } from "../policies.ts";

export const GENESIS = record("Genesis", {
  random: HASH,
  simulated_time: CODE,
  board: POLICY,
  supervision: POLICY,
  members: POLICY,
  rules: RULES,
  tier1_worker: KEY,
  shard_workers: list(KEY),
});

export type Genesis = ValueOf<typeof GENESIS>;

const HEAD = concat(utf8("dgen"), Uint8Array.of(1));
const CLASSES = 5;
const NETWORK_SIZE = 16;

/** Return the genesis with these bytes.
 *
 * @throws Malformed: not a genesis of this version, one without a shard, or with rules that do not name each class.
 */
export function decodeGenesis(data: Bytes): Genesis {
  if (!sameBytes(data.slice(0, HEAD.length), HEAD)) throw new Malformed("not a genesis of this version");
  const genesis = decode(GENESIS, data.slice(HEAD.length));
  if (genesis.shard_workers.length === 0) throw new Malformed("a network without a shard");
  if (genesis.rules.classes.length !== CLASSES) throw new Malformed("rules that do not name each class");
  return genesis;
}

/** Return the id of the network with this genesis: the beginning of its hash. */
export async function networkOf(genesis: Bytes): Promise<Bytes> {
  return (await sha256(genesis)).slice(0, NETWORK_SIZE);
}
