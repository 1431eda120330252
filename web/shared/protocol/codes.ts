/** Payment requests: what a payee shows, as the text of an EMV QR code, merchant-presented mode. Twin of
 * `dcep.messages.merchants.requests`.
 *
 * Each field is two digits of its id, two digits of its length in characters, and its text; some hold fields themselves:
 *
 *     00 "01" · 01 "11" many times or "12" once · 26 {00 GUID · 01 wallet · 02 network} · 52 category · 53 "156"
 *     54 amount in yuan, absent if the payer chooses · 58 "CN" · 59 name · 60 city · 62 {05 reference}
 *     80 {00 GUID · 01 expiry in milliseconds} · 63 CRC
 *
 * 1. The CRC over everything before it is the reader's first look: a code that was read badly is none.
 * 2. Exactly the fields above are taken, each once and in this order; a request with anything else is somebody else's.
 * 3. The request is a wish and proves nothing: a wallet shows its payer the name beside the number that is paid.
 *
 * Source: EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, 1.1.
 */

import { type Bytes, sha256, utf8 } from "./bytes.ts";
import { BadWalletId, parseWalletId, type WalletId } from "./ids.ts";
import { BadAmount, type Fen, parseYuan, yuan } from "./money.ts";
import { NO_MEMO } from "./signed.ts";

/** Who wants to be paid, and perhaps how much. */
export interface PaymentRequest {
  readonly receiver: WalletId;
  /** Where it is, 32 hex digits. */
  readonly network: string;
  /** What people call the receiver, 1 to 25 characters. */
  readonly name: string;
  /** 1 to 15 characters. */
  readonly city: string;
  /** The receiver's own, 1 to 25 of `[A-Za-z0-9_-]`; a request with one is for one payment. */
  readonly reference: string | null;
  /** Nobody should pay it from then on, ms. */
  readonly expiresAtMs: number | null;
  /** null lets the payer choose. */
  readonly amount: Fen | null;
  /** Of the merchant, four digits of ISO 18245; "0000" says nothing. */
  readonly category: string;
}

/** The text is no payment request; the message says what is wrong with it. */
export class BadRequest extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadRequest";
  }
}

export const MAX_TEXT = 512;
export const MAX_NAME = 25;
export const MAX_CITY = 15;
export const NO_CATEGORY = "0000";

// Names the scheme to whoever reads the code: the reverse of a name in a domain that nobody can have.
const GUID = "invalid.dcep.pay";
const REFERENCE = /^[A-Za-z0-9_-]{1,25}$/;
const NETWORK = /^[0-9a-f]{32}$/;
const NUMBER = /^(?:0|[1-9][0-9]{0,15})$/;
const FOUR_DIGITS = /^[0-9]{4}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what cannot be shown is exactly what is kept out.
const PRINTABLE = /^[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+$/u;
// U+FEFF is a blank to this language alone.
const BLANK_AT_AN_END = /^(?!\ufeff)\s|(?!\ufeff)\s$/u;
const ORDER = ["00", "01", "26", "52", "53", "54", "58", "59", "60", "62", "80"];
const CRC = "6304";
const CRC_SIZE = 4;

/** Return the memo by which a payment says which request it answers: zeros where the request has no reference. */
export async function memoOf(reference: string | null): Promise<Bytes> {
  return reference === null ? NO_MEMO : sha256(utf8(reference));
}

/** Return the text of the code.
 *
 * @throws BadRequest: a field does not fit the form.
 */
export function encodeRequest(request: PaymentRequest): string {
  requireWords(request);
  const { reference, expiresAtMs, amount } = request;
  const account = field("00", GUID) + field("01", request.receiver) + field("02", request.network);
  const expiry = expiresAtMs === null ? null : field("00", GUID) + field("01", String(expiresAtMs));
  const text = [
    field("00", "01"),
    field("01", reference === null ? "11" : "12"),
    field("26", account),
    field("52", request.category),
    field("53", "156"),
    field("54", amount === null ? null : yuan(amount).replaceAll(",", "")),
    field("58", "CN"),
    field("59", request.name),
    field("60", request.city),
    field("62", reference === null ? null : field("05", reference)),
    field("80", expiry),
    CRC,
  ].join("");
  return text + crc(text);
}

/** Return the request of a code's text.
 *
 * @throws BadRequest: it is none.
 */
export function decodeRequest(text: string): PaymentRequest {
  // 1.
  const characters = [...text];
  if (characters.length > MAX_TEXT) throw new BadRequest(`a request has at most ${MAX_TEXT} characters`);
  const [content, sum] = [characters.slice(0, -CRC_SIZE).join(""), characters.slice(-CRC_SIZE).join("")];
  if (!content.endsWith(CRC) || sum !== crc(content)) {
    throw new BadRequest("the code was read badly, or altered: its checksum does not hold");
  }
  // 2.
  const fields = fieldsOf(content.slice(0, -CRC.length), ORDER);
  const request = readRequest(fields);
  // What would be written differently is not this request.
  if (encodeRequest(request) !== text) {
    throw new BadRequest("the fields contradict each other, or are written in another way");
  }
  return request;
}

function readRequest(fields: ReadonlyMap<string, string>): PaymentRequest {
  const account = fieldsOf(need(fields, "26"), ["00", "01", "02"]);
  const scheme = [need(fields, "00"), need(fields, "53"), need(fields, "58"), need(account, "00")];
  if (scheme.join() !== ["01", "156", "CN", GUID].join()) throw new BadRequest("a request of another scheme");
  const network = need(account, "02");
  if (!NETWORK.test(network)) throw new BadRequest("a network has 32 hex digits");
  const [reference, expiry, amount] = [fields.get("62"), fields.get("80"), fields.get("54")];
  try {
    return {
      receiver: parseWalletId(need(account, "01")),
      network,
      name: need(fields, "59"),
      city: need(fields, "60"),
      reference: reference === undefined ? null : need(fieldsOf(reference, ["05"]), "05"),
      expiresAtMs: expiry === undefined ? null : readExpiry(expiry),
      amount: amount === undefined ? null : parseYuan(amount),
      category: need(fields, "52"),
    };
  } catch (error) {
    if (error instanceof BadWalletId || error instanceof BadAmount) {
      throw new BadRequest(`a field is missing or wrong: ${error.message}`);
    }
    throw error;
  }
}

function readExpiry(text: string): number {
  const expiry = fieldsOf(text, ["00", "01"]);
  const number = need(expiry, "01");
  if (need(expiry, "00") !== GUID || !NUMBER.test(number) || !Number.isSafeInteger(Number(number))) {
    throw new BadRequest("an expiry is a number of milliseconds");
  }
  return Number(number);
}

function requireWords(request: PaymentRequest): void {
  const words = [
    ["name", request.name, MAX_NAME],
    ["city", request.city, MAX_CITY],
  ] as const;
  for (const [what, text, most] of words) {
    const size = [...text].length;
    if (size < 1 || size > most || !PRINTABLE.test(text) || BLANK_AT_AN_END.test(text)) {
      throw new BadRequest(`the ${what} has 1 to ${most} characters that can be shown`);
    }
  }
  if (request.reference !== null && !REFERENCE.test(request.reference)) {
    throw new BadRequest("a reference has 1 to 25 letters, digits, _ or -");
  }
  if (!FOUR_DIGITS.test(request.category)) throw new BadRequest("a category has four digits");
}

/** Return a field; nothing where there is no value. A length counts characters, not halves of them. */
function field(place: string, value: string | null): string {
  return value === null ? "" : `${place}${String([...value].length).padStart(2, "0")}${value}`;
}

function need(fields: ReadonlyMap<string, string>, place: string): string {
  const value = fields.get(place);
  if (value === undefined) throw new BadRequest(`field ${place} is missing`);
  return value;
}

/** Return the fields of a text, each once and in order. */
function fieldsOf(text: string, order: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let rest = order;
  for (const [place, value] of walk([...text])) {
    const at = rest.indexOf(place);
    if (at < 0) throw new BadRequest(`field ${place} stands where it does not belong`);
    rest = rest.slice(at + 1);
    found.set(place, value);
  }
  return found;
}

function* walk(characters: readonly string[]): Generator<[string, string]> {
  let at = 0;
  while (at < characters.length) {
    const head = characters.slice(at, at + 4).join("");
    if (!FOUR_DIGITS.test(head)) throw new BadRequest("a field is cut, or has no number");
    const end = at + 4 + Number(head.slice(2));
    if (end > characters.length) throw new BadRequest(`field ${head.slice(0, 2)} is cut`);
    yield [head.slice(0, 2), characters.slice(at + 4, end).join("")];
    at = end;
  }
}

/** Return the CRC-16 of ISO/IEC 13239 with 0x1021 and 0xFFFF, over the bytes as they are shown. */
function crc(text: string): string {
  let sum = 0xffff;
  for (const byte of utf8(text)) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) sum = ((sum << 1) ^ (sum & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return sum.toString(16).toUpperCase().padStart(4, "0");
}
