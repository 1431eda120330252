/** Canonical bytes of a record: big-endian, in field order, nothing optional. Twin of `dcep.messages.layout`.
 *
 * The type of a field decides its bytes. A list is a count (u8) and its items, a blob is a length (u16) and its bytes, a
 * nested record stands in place. Every value has exactly one encoding. Integers of up to 32 bits are `number`, wider
 * ones `bigint`; a wallet is its digits.
 */

import { type Bytes, concat } from "./bytes.ts";
import type { WalletId } from "./ids.ts";

/** Bytes that are not the encoding of any record. */
export class Malformed extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Malformed";
  }
}

/** A key of a signature suite that this version does not speak. */
export class SuiteUnsupported extends Malformed {}

/** Takes values off a byte string from left to right; Malformed when it is too short. */
export class Reader {
  readonly #data: Bytes;
  #at: number;

  constructor(data: Bytes, at = 0) {
    this.#data = data;
    this.#at = at;
  }

  /** The place up to which everything has been taken. */
  get at(): number {
    return this.#at;
  }

  take(size: number): Bytes {
    const piece = this.#data.slice(this.#at, this.#at + size);
    if (piece.length !== size) throw new Malformed("bytes end too early");
    this.#at += size;
    return piece;
  }

  /** Take an integer of at most four bytes. */
  integer(size: number): number {
    return Number(this.large(size));
  }

  /** Take an integer of any width. */
  large(size: number): bigint {
    return this.take(size).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  finish(): void {
    if (this.#at !== this.#data.length) throw new Malformed("bytes are left over");
  }
}

/** How values of one type are written and read; `name` is the type's in vectors/commands.tsv. */
export interface Codec<Value> {
  readonly name: string;
  readonly write: (value: Value) => Bytes;
  readonly read: (reader: Reader) => Value;
}

/** The value that a codec writes and reads. */
export type ValueOf<C> = C extends Codec<infer Value> ? Value : never;

/** A record: its fields in order, each with its type. */
export interface RecordCodec<Fields extends FieldCodecs> extends Codec<RecordOf<Fields>> {
  readonly fields: Fields;
}

// biome-ignore lint/suspicious/noExplicitAny: each field has a type of its own; RecordOf gives them back.
export type FieldCodecs = { readonly [field: string]: Codec<any> };
export type RecordOf<Fields extends FieldCodecs> = { readonly [Field in keyof Fields]: ValueOf<Fields[Field]> };

const BYTE = 0xffn;

/** Write an integer big-endian in so many bytes. */
export function integer(value: number | bigint, width: number): Bytes {
  let rest = BigInt(value);
  if (rest < 0n || rest >> BigInt(8 * width) !== 0n) throw new Malformed("an integer out of its range");
  const bytes = new Uint8Array(width);
  for (let at = width - 1; at >= 0; at -= 1) {
    bytes[at] = Number(rest & BYTE);
    rest >>= 8n;
  }
  return bytes;
}

function small(name: string, width: number): Codec<number> {
  return { name, write: (value) => integer(value, width), read: (reader) => reader.integer(width) };
}

function large(name: string, width: number): Codec<bigint> {
  return { name, write: (value) => integer(value, width), read: (reader) => reader.large(width) };
}

function sized(name: string, size: number): Codec<Bytes> {
  const write = (value: Bytes) => {
    if (value.length !== size) throw new Malformed(`${value.length} bytes where ${size} belong`);
    return value;
  };
  return { name, write, read: (reader) => reader.take(size) };
}

export const CODE = small("Code", 1);
export const OPERATOR_ID = small("OperatorId", 2);
export const LEDGER_ID = small("LedgerId", 2);
export const EPOCH = small("Epoch", 4);
export const VERSION = small("Version", 4);
export const COUNT = small("Count", 4);
export const NUMBER = large("Number", 8);
export const SEQ = large("Seq", 8);
export const FEN = large("Fen", 8);
export const UNIX_MS = large("UnixMs", 8);
// Totals outgrow 64 bits when flows add up for ever.
export const SUM = large("Sum", 16);

export const NETWORK_ID = sized("NetworkId", 16);
export const LOCK_ID = sized("LockId", 16);
export const NAME = sized("Name", 16);
export const HASH = sized("Hash", 32);
export const KEY = sized("Key", 32);
export const COMMAND_ID = sized("CommandId", 32);

/** A wallet's number. What is read is what stands there: whether it can be one, `isWalletId` tells. */
export const WALLET_ID: Codec<WalletId> = {
  name: "WalletId",
  write: (wallet) => integer(BigInt(wallet), 8),
  read: (reader) => String(reader.large(8)).padStart(16, "0") as WalletId,
};

export const BLOB: Codec<Bytes> = {
  name: "Blob",
  write: (value) => concat(integer(value.length, 2), value),
  read: (reader) => reader.take(reader.integer(2)),
};

/** Return the codec of a list of at most 255 items. */
export function list<Item>(of: Codec<Item>): Codec<readonly Item[]> {
  return {
    name: `list of ${of.name}`,
    write: (items) => concat(integer(items.length, 1), ...items.map(of.write)),
    read: (reader) => Array.from({ length: reader.integer(1) }, () => of.read(reader)),
  };
}

/** Return the codec of a record with these fields, in this order. */
export function record<Fields extends FieldCodecs>(name: string, fields: Fields): RecordCodec<Fields> {
  const all = Object.entries(fields);
  return {
    name,
    fields,
    write: (value) => concat(...all.map(([field, codec]) => codec.write(value[field]))),
    read: (reader) => Object.fromEntries(all.map(([field, codec]) => [field, codec.read(reader)])) as RecordOf<Fields>,
  };
}

/** Return the value whose canonical bytes these are, to the last of them.
 *
 * @throws Malformed: too short, too long, or a field out of its range.
 */
export function decode<Value>(codec: Codec<Value>, data: Bytes): Value {
  const reader = new Reader(data);
  const value = codec.read(reader);
  reader.finish();
  return value;
}
