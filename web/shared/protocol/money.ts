/** Money: whole fen, and the way people write it in yuan. Twin of `dcep.money`. */

/** An amount of whole fen, 0 <= fen <= MAX_FEN. 1 yuan = 100 fen. */
export type Fen = bigint;

export const MAX_FEN: Fen = 2n ** 64n - 1n;

const FEN_PER_YUAN = 100n;
// 13 digits of yuan are 15 digits of fen: whatever the grammar lets in fits 64 bits.
const YUAN = /^([0-9]{1,13})(?:\.([0-9]{1,2}))?$/;
const YUAN_WITH_MORE_DECIMALS = /^[0-9]{1,13}\.[0-9]{3,}$/;

/** Why a text is not an amount of yuan. */
export type AmountCode = "bad_number" | "negative" | "too_many_decimals";

/** The text is not an amount of yuan. */
export class BadAmount extends Error {
  readonly code: AmountCode;

  constructor(code: AmountCode, message: string) {
    super(message);
    this.name = "BadAmount";
    this.code = code;
  }
}

/** Tell whether the amounts together are more than the limit; null is no limit. Exactly the limit is not over it. */
export function over(limit: Fen | null, ...amounts: readonly Fen[]): boolean {
  return limit !== null && amounts.reduce((sum, amount) => sum + amount, 0n) > limit;
}

/** Read an amount of yuan: one to 13 digits, then at most two decimals. Nothing is rounded.
 *
 * @throws BadAmount: a sign before an amount is `negative`, a third decimal is `too_many_decimals` (even a zero),
 *   everything else is `bad_number`.
 */
export function parseYuan(text: string): Fen {
  const [, whole, decimals = ""] = YUAN.exec(text) ?? [];
  if (whole === undefined) throw badAmount(text);
  return BigInt(whole) * FEN_PER_YUAN + BigInt(decimals.padEnd(2, "0"));
}

/** Write fen as yuan for people: `1,234.50`. */
export function yuan(fen: Fen): string {
  const whole = String(fen / FEN_PER_YUAN).replace(/\B(?=(?:[0-9]{3})+$)/g, ",");
  return `${whole}.${String(fen % FEN_PER_YUAN).padStart(2, "0")}`;
}

function badAmount(text: string): BadAmount {
  const unsigned = text.replace(/^-/, "");
  const readable = YUAN.test(unsigned) || YUAN_WITH_MORE_DECIMALS.test(unsigned);
  if (readable && unsigned !== text) {
    return new BadAmount("negative", "an amount is never less than zero, and never has a sign");
  }
  if (readable) return new BadAmount("too_many_decimals", "a yuan has 100 fen: at most two decimals");
  return new BadAmount("bad_number", "an amount of yuan is 1 to 13 digits, then at most a point and two decimals");
}
