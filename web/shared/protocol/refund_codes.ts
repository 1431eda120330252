/** Refund codes: what a customer shows to have a payment undone; it names the payment, and proves nothing. Twin of
 * `dcep.messages.merchants.refund_codes`.
 *
 *     DCEP:REFUND:1:NETWORK:WALLET:SEQ:PLACE:COMMAND:CRC
 *
 * 1. The CRC over everything before it, its colon with it, is the reader's first look: what was read badly is no code.
 * 2. The fields are the network, the merchant's wallet, where the payment stands in the ledger's log, and the id of its
 *    command. Whoever pays back asks the ledger for the receipt of that place, and believes the receipt alone.
 *
 * Letters are capital, so that a QR code of it is small.
 */

import { BadWalletId, parseWalletId, type WalletId } from "./ids.ts";

const FORM =
  /^(DCEP:REFUND:1:([0-9A-F]{32}):([0-9]{16}):(0|[1-9][0-9]{0,14}):(0|[1-9][0-9]{0,8}):([0-9A-F]{64}):)([0-9A-F]{4})$/;

/** The text is no refund code; the message says what is wrong with it. */
export class BadRefundCode extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadRefundCode";
  }
}

/** A payment that its payer would have back. */
export interface RefundCode {
  /** 32 hex digits. */
  readonly network: string;
  /** The wallet that was paid. */
  readonly merchant: WalletId;
  /** The frame of the retail ledger in which the payment stands, and where in it. */
  readonly seq: number;
  readonly place: number;
  /** The payment's command id, 64 hex digits. */
  readonly command: string;
}

/** Return the text of a code. */
export function encodeRefundCode(code: RefundCode): string {
  const fields = [code.network, code.merchant, code.seq, code.place, code.command].join(":").toUpperCase();
  const text = `DCEP:REFUND:1:${fields}:`;
  return text + crc(text);
}

/** Return the code of a text; blanks around it are left out.
 *
 * @throws BadRefundCode: it is none.
 */
export function decodeRefundCode(text: string): RefundCode {
  const [, content, network, merchant, seq, place, command, sum] = FORM.exec(text.trim()) ?? [];
  if (content === undefined || network === undefined || merchant === undefined || command === undefined) {
    throw new BadRefundCode("this is no refund code");
  }
  // 1.
  if (sum !== crc(content)) throw new BadRefundCode("the code was read badly, or altered: its checksum does not hold");
  // 2.
  return {
    network: network.toLowerCase(),
    merchant: walletOf(merchant),
    seq: Number(seq),
    place: Number(place),
    command: command.toLowerCase(),
  };
}

/** Tell whether a text means to be a refund code, so that somebody who shows one is told what is wrong with it. */
export function looksLikeRefundCode(text: string): boolean {
  return text.trim().toUpperCase().startsWith("DCEP:REFUND:");
}

function walletOf(digits: string): WalletId {
  try {
    return parseWalletId(digits);
  } catch (error) {
    if (error instanceof BadWalletId) throw new BadRefundCode(error.message);
    throw error;
  }
}

/** CRC-16 of ISO/IEC 13239 with 0x1021 and 0xFFFF, that of payment requests; the text is ASCII. */
function crc(text: string): string {
  let sum = 0xffff;
  for (const letter of text) {
    sum ^= letter.charCodeAt(0) << 8;
    for (let bit = 0; bit < 8; bit += 1) sum = ((sum << 1) ^ (sum & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return sum.toString(16).toUpperCase().padStart(4, "0");
}
