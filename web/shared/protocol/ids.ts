/** Identifiers: who, where and which. Twin of `dcep.ids`. */

declare const wallet: unique symbol;

/** Sixteen digits as text: operator 3, serial 12, check digit 1. Made by `parseWalletId` alone. */
export type WalletId = string & { readonly [wallet]: true };

/** The shard ledgers count from 0; this is tier 1. */
export const TIER1 = 0xffff;

const SIXTEEN_DIGITS = /^[0-9]{16}$/;

/** The number or text is no wallet id: wrong length, wrong check digit or no operator. */
export class BadWalletId extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadWalletId";
  }
}

/** Read a wallet id as people type it: 16 digits, spaces anywhere.
 *
 * @throws BadWalletId: not 16 digits, no operator, or the check digit says that a digit is wrong.
 */
export function parseWalletId(text: string): WalletId {
  const digits = text.replaceAll(" ", "");
  if (!SIXTEEN_DIGITS.test(digits)) throw new BadWalletId("a wallet id has 16 digits");
  if (!isWalletId(digits)) throw new BadWalletId("no wallet has this id: a digit is wrong, or two were exchanged");
  return digits;
}

/** Tell whether sixteen digits are a wallet id: an operator, and the right check digit. */
export function isWalletId(digits: string): digits is WalletId {
  return (
    SIXTEEN_DIGITS.test(digits) && !digits.startsWith("000") && checkDigit(digits.slice(0, 15)) === Number(digits[15])
  );
}

/** Write a wallet id as people read it: `001 234567890123 1`. */
export function formatWalletId(id: WalletId): string {
  return `${id.slice(0, 3)} ${id.slice(3, 15)} ${id.slice(15)}`;
}

/** Return the operator that opened the wallet: the first three digits. */
export function operatorOf(id: WalletId): number {
  return Number(id.slice(0, 3));
}

/** Return the check digit of fifteen digits.
 *
 * Source: ISO 7064 MOD 11,10, as in GB/T 17710.
 */
function checkDigit(body: string): number {
  let product = 10;
  for (const digit of body) product = (((product + Number(digit)) % 10 || 10) * 2) % 11;
  return (11 - product) % 10;
}
