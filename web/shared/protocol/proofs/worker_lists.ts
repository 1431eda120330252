/** Whose signatures count on a ledger: the worker of the genesis, and whoever the officers have put on its list since.
 * Twin of `dcep.messages.worker_lists`.
 *
 * 1. The genesis names the first worker of the ledger and the first officers' board.
 * 2. An order counts if enough officers of the board in force have signed it, and it replaces the version in force: a list
 *    of workers, or the next board, which signs from then on.
 * 3. Every order that is brought has its place, or the bringer is not believed.
 *
 * What a worker signed while it stood on a list stays signed, so every key that ever stood on one is kept.
 */

import { type Bytes, sameBytes } from "../bytes.ts";
import type { OrderOf } from "../commands.ts";
import { Malformed } from "../layout.ts";
import { encodePolicy, type Policy } from "../policies.ts";
import { type Command, decodeCommand, signaturesHold } from "../signed.ts";
import { decodeGenesis, networkOf } from "./genesis.ts";

const MAX_ORDERS = 1_000;
const ISSUING_VAULT = "9000000000000017";

/** Orders that do not follow from the genesis; the message says why. */
export class BadWorkerOrders extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadWorkerOrders";
  }
}

/** Every key that has stood on a list of a ledger's workers, and the version of the board behind the lists. */
export interface WorkerLists {
  readonly board: number;
  readonly keys: readonly Bytes[];
}

/** Return the worker lists of a retail ledger.
 *
 * @param genesis the bytes of the file.
 * @param orders the wires of the officers' settled orders about boards and workers, in any order.
 * @throws BadWorkerOrders: one of them has no place.
 */
export async function follow(genesis: Bytes, orders: readonly Bytes[], ledger: number): Promise<WorkerLists> {
  // 1.
  const founded = decodeGenesis(genesis);
  const first = founded.shard_workers[ledger];
  if (first === undefined) throw new BadWorkerOrders("there is no such ledger");
  let [board, version, lists]: [Policy, number, readonly (readonly Bytes[])[]] = [founded.board, 1, [[first]]];
  let waiting = ofLedger(decoded(await networkOf(genesis), orders), ledger);
  while (waiting.length > 0) {
    const command = await next(waiting, board, version, lists.length);
    // 3.
    if (command === undefined) throw new BadWorkerOrders("an order that no board in force has given");
    waiting = waiting.filter((each) => each !== command);
    // 2.
    const list = workersOf(command);
    if (list !== null) lists = [...lists, list.keys];
    else [board, version] = [(command.body.order as OrderOf<"set_board">).board, version + 1];
  }
  return { board: version, keys: lists.flat() };
}

function decoded(network: Bytes, orders: readonly Bytes[]): readonly Command[] {
  if (orders.length > MAX_ORDERS) throw new BadWorkerOrders(`more than ${MAX_ORDERS} orders`);
  try {
    return orders.map((wire) => decodeCommand(wire, network));
  } catch (error) {
    if (error instanceof Malformed) throw new BadWorkerOrders("these bytes are no order of this network");
    throw error;
  }
}

function ofLedger(commands: readonly Command[], ledger: number): readonly Command[] {
  return commands.filter((command) => (workersOf(command)?.ledger ?? ledger) === ledger);
}

/** Return an order that comes next: a list before the next board, which may have signed none of the lists before. */
async function next(
  waiting: readonly Command[],
  board: Policy,
  version: number,
  count: number,
): Promise<Command | undefined> {
  const isGiven = async (command: Command) =>
    command.body.account === ISSUING_VAULT &&
    sameBytes(encodePolicy(command.policy), encodePolicy(board)) &&
    (await signaturesHold(command));
  const given = await Promise.all(waiting.map(isGiven));
  const fitting = waiting.filter((_, at) => given[at]);
  const isBoard = ({ body }: Command) =>
    body.kind === "set_board" && (body.order as OrderOf<"set_board">).replaces === version;
  return fitting.find((command) => workersOf(command)?.replaces === count) ?? fitting.find(isBoard);
}

function workersOf({ body }: Command): OrderOf<"workers"> | null {
  return body.kind === "workers" ? (body.order as OrderOf<"workers">) : null;
}
