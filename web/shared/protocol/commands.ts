/** What each command says: its number, its fields in the order of their bytes. Twin of `dcep.messages.commands` and
 * `dcep.messages.kinds`; vectors/commands.tsv declares them once for all.
 */

import { CONDITION, EVIDENCE } from "./conditions.ts";
import {
  BLOB,
  CODE,
  COMMAND_ID,
  COUNT,
  EPOCH,
  FEN,
  type FieldCodecs,
  HASH,
  KEY,
  LEDGER_ID,
  LOCK_ID,
  list,
  NAME,
  OPERATOR_ID,
  type RecordCodec,
  type RecordOf,
  record,
  SEQ,
  UNIX_MS,
  VERSION,
  WALLET_ID,
} from "./layout.ts";
import { POLICY } from "./policies.ts";

/** Limits of one wallet class, fen; the largest u64 means none. */
export const CLASS_LIMITS = record("ClassLimits", { cap: FEN, single: FEN, daily: FEN, annual: FEN });

/** A dated rule set, as the genesis holds the first one. */
export const RULES = record("Rules", {
  replaces: VERSION,
  name: NAME,
  effective_at: UNIX_MS,
  max_life: UNIX_MS,
  clock_bound: UNIX_MS,
  classes: list(CLASS_LIMITS),
});

const LOCKED = { operator: OPERATOR_ID, amount: FEN, lock: LOCK_ID };
const PAID = { receiver: WALLET_ID, amount: FEN };

/** The fields of each command by its name, in the order of the table. */
export const COMMANDS = {
  open: record("open", { wallet: WALLET_ID, wallet_class: CODE, policy: POLICY }),
  set_class: record("set_class", { wallet: WALLET_ID, replaces: VERSION, wallet_class: CODE }),
  close: record("close", { wallet: WALLET_ID }),
  freeze: record("freeze", { wallet: WALLET_ID, replaces: VERSION, scope: CODE, basis: HASH }),
  unfreeze: record("unfreeze", { wallet: WALLET_ID, replaces: VERSION, basis: HASH }),
  pay: record("pay", PAID),
  refund: record("refund", { ...PAID, original: COMMAND_ID }),
  cancel: record("cancel", {}),
  exchange: record("exchange", PAID),
  redeem: record("redeem", { vault: WALLET_ID, amount: FEN }),
  return: record("return", { amount: FEN }),
  set_policy: record("set_policy", { replaces: EPOCH, policy: POLICY }),
  credit: record("credit", {
    message: BLOB,
    command: COMMAND_ID,
    outcome: BLOB,
    index: COUNT,
    path: list(HASH),
    header: BLOB,
  }),
  ack: record("ack", { header: BLOB }),
  resend: record("resend", { shard: LEDGER_ID, order: BLOB }),
  issue: record("issue", LOCKED),
  allocate: record("allocate", { shard: LEDGER_ID, ...LOCKED }),
  withdraw: record("withdraw", { operator: OPERATOR_ID, amount: FEN }),
  rules: RULES,
  workers: record("workers", { ledger: LEDGER_ID, replaces: VERSION, keys: list(KEY) }),
  set_board: record("set_board", { replaces: VERSION, board: POLICY }),
  set_operator: record("set_operator", {
    operator: OPERATOR_ID,
    shard: LEDGER_ID,
    replaces: VERSION,
    status: CODE,
    registrar: WALLET_ID,
    registrar_policy: POLICY,
    vault: WALLET_ID,
    vault_policy: POLICY,
  }),
  tick: record("tick", { height: SEQ, time: UNIX_MS }),
  checkpoint: record("checkpoint", { seq: SEQ, head: HASH, root: HASH }),
  hold: record("hold", { ...PAID, until: UNIX_MS, capture_if: CONDITION, release_if: CONDITION }),
  capture: record("capture", { hold: COMMAND_ID, amount: FEN, evidence: EVIDENCE }),
  release: record("release", { hold: COMMAND_ID, evidence: EVIDENCE }),
} as const;

export type CommandName = keyof typeof COMMANDS;

/** What one command says. */
export type OrderOf<Name extends CommandName> =
  (typeof COMMANDS)[Name] extends RecordCodec<infer Fields> ? RecordOf<Fields> : never;

/** The number of each command, which stands in its bytes. */
export const NUMBERS: Readonly<Record<CommandName, number>> = {
  open: 0x01,
  set_class: 0x02,
  close: 0x03,
  freeze: 0x08,
  unfreeze: 0x09,
  pay: 0x10,
  refund: 0x11,
  cancel: 0x12,
  exchange: 0x18,
  redeem: 0x19,
  return: 0x1a,
  set_policy: 0x20,
  credit: 0x28,
  ack: 0x29,
  resend: 0x2a,
  issue: 0x30,
  allocate: 0x31,
  withdraw: 0x32,
  rules: 0x38,
  workers: 0x39,
  set_board: 0x3a,
  set_operator: 0x3b,
  tick: 0x40,
  checkpoint: 0x41,
  hold: 0x48,
  capture: 0x49,
  release: 0x4a,
};

// They carry no account and no number: a proof, the members of tier 1 or a worker stand behind them.
const UNNUMBERED: ReadonlySet<CommandName> = new Set(["credit", "ack", "resend", "tick", "checkpoint"]);

/** Return whether the command is given by an account under a number. */
export function isNumbered(name: CommandName): boolean {
  return !UNNUMBERED.has(name);
}

/** Return the name of the command with a number; undefined where there is none. */
export function commandOf(number: number): CommandName | undefined {
  return BY_NUMBER.get(number);
}

/** Return the fields of a command, whichever it is. */
export function fieldsOf(name: CommandName): RecordCodec<FieldCodecs> {
  return COMMANDS[name] as RecordCodec<FieldCodecs>;
}

const BY_NUMBER: ReadonlyMap<number, CommandName> = new Map(
  Object.entries(NUMBERS).map(([name, number]) => [number, name as CommandName]),
);
