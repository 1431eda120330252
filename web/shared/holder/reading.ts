/** Answers of services, read strictly: what is asked for must be there and be of its kind; what is not asked for is left.
 *
 * An answer comes from outside like everything else. What cannot be read is `strange_answer`: nothing is known.
 */

import { type Bytes, fromHex } from "../protocol/bytes.ts";
import { isWalletId, type WalletId } from "../protocol/ids.ts";
import type { Fen } from "../protocol/money.ts";
import { strange } from "./trouble.ts";

/** An object of JSON. */
export class Told {
  readonly #of: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw strange("an object is wanted");
    this.#of = value as Readonly<Record<string, unknown>>;
  }

  /** Tell whether a key has a value; null is none. */
  has(name: string): boolean {
    return Object.hasOwn(this.#of, name) && this.#of[name] !== null;
  }

  text(name: string): string {
    const value = this.#of[name];
    if (typeof value !== "string") throw strange(`${name} is a text`);
    return value;
  }

  number(name: string): number {
    const value = this.#of[name];
    // An amount that this language cannot hold to the fen is no amount.
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw strange(`${name} is a number`);
    return value;
  }

  fen(name: string): Fen {
    return BigInt(this.number(name));
  }

  flag(name: string): boolean {
    const value = this.#of[name];
    if (typeof value !== "boolean") throw strange(`${name} is yes or no`);
    return value;
  }

  wallet(name: string): WalletId {
    const value = this.text(name);
    if (!isWalletId(value)) throw strange(`${name} is a wallet`);
    return value;
  }

  hex(name: string): Bytes {
    return bytesOf(this.text(name), name);
  }

  hexes(name: string): readonly Bytes[] {
    const value = this.#of[name];
    if (!Array.isArray(value)) throw strange(`${name} is a list`);
    return value.map((each: unknown) => bytesOf(each, name));
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.text(name);
    const word = words.find((each) => each === value);
    if (word === undefined) throw strange(`${name} is another word`);
    return word;
  }

  object(name: string): Told {
    return new Told(this.#of[name]);
  }

  list(name: string): readonly Told[] {
    const value = this.#of[name];
    if (!Array.isArray(value)) throw strange(`${name} is a list`);
    return value.map((each) => new Told(each));
  }

  /** Read what may be left out or null. */
  maybe<Value>(name: string, read: (name: string) => Value): Value | null {
    return this.has(name) ? read.call(this, name) : null;
  }
}

function bytesOf(value: unknown, name: string): Bytes {
  try {
    return fromHex(String(value));
  } catch (error) {
    if (error instanceof RangeError) throw strange(`${name} is hex`);
    throw error;
  }
}
