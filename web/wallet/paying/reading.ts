/**
 * What a scanned or pasted text means to a wallet. Whoever shows a code is a stranger: whatever is not exactly one of ours
 * is refused with words, and no part of it is used.
 *
 * 1. Digits alone are a wallet's number; a wrong one is seen by the check digit.
 * 2. A code of our own scheme is read by its own rules; its checksum is the first of them.
 * 3. A request is for this network, not over yet, and for somebody else.
 * 4. Whatever else it is, the operator is asked: the fronts of others show codes of their own.
 */

import { BadRequest, decodeRequest, MAX_TEXT, type PaymentRequest } from "../../shared/protocol/codes.ts";
import { BadWalletId, parseWalletId, type WalletId } from "../../shared/protocol/ids.ts";
import {
  BadRefundCode,
  decodeRefundCode,
  looksLikeRefundCode,
  type RefundCode,
} from "../../shared/protocol/refund_codes.ts";

/** Why a text is nothing that can be paid. */
export type Fault =
  | "altered"
  | "expired"
  | "nothing"
  | "other_network"
  | "own"
  | "refund_of_others"
  | "too_long"
  | "wrong_digit";

/** What a text means. */
export type Reading =
  | Readonly<{ kind: "request"; request: PaymentRequest }>
  | Readonly<{ kind: "wallet"; wallet: WalletId }>
  | Readonly<{ kind: "refund"; code: RefundCode }>
  | Readonly<{ kind: "foreign"; text: string }>
  | Readonly<{ kind: "fault"; fault: Fault }>;

/** Who reads. */
export type Reader = Readonly<{ wallet: WalletId; network: string; nowMs: number }>;

/** Codes of others may be longer than ours, and end somewhere: a QR code of the largest size holds so much. */
const MOST_OF_ANY = 2_048;
const OUR_SCHEME = "invalid.dcep.pay";
const SOME_DIGITS = /^[0-9 ]{12,24}$/;

/** Return what a text means to a reader. */
export function readCode(typed: string, reader: Reader): Reading {
  const text = typed.trim();
  if (text === "") return fault("nothing");
  if (text.length > MOST_OF_ANY) return fault("too_long");
  // 1.
  if (SOME_DIGITS.test(text)) return walletOf(text, reader);
  if (looksLikeRefundCode(text)) return refundOf(text, reader);
  // 2.
  if (text.startsWith("000201") && text.includes(OUR_SCHEME)) return requestOf(text, reader);
  // 4.
  return { kind: "foreign", text };
}

function walletOf(text: string, reader: Reader): Reading {
  try {
    const wallet = parseWalletId(text);
    return wallet === reader.wallet ? fault("own") : { kind: "wallet", wallet };
  } catch (error) {
    if (error instanceof BadWalletId) return fault("wrong_digit");
    throw error;
  }
}

function refundOf(text: string, reader: Reader): Reading {
  try {
    const code = decodeRefundCode(text);
    if (code.network !== reader.network) return fault("other_network");
    return code.merchant === reader.wallet ? { kind: "refund", code } : fault("refund_of_others");
  } catch (error) {
    if (error instanceof BadRefundCode) return fault("altered");
    throw error;
  }
}

function requestOf(text: string, reader: Reader): Reading {
  if (text.length > MAX_TEXT) return fault("altered");
  try {
    const request = decodeRequest(text);
    // 3.
    if (request.network !== reader.network) return fault("other_network");
    if (request.receiver === reader.wallet) return fault("own");
    if (request.expiresAtMs !== null && request.expiresAtMs <= reader.nowMs) return fault("expired");
    return { kind: "request", request };
  } catch (error) {
    if (error instanceof BadRequest) return fault("altered");
    throw error;
  }
}

function fault(name: Fault): Reading {
  return { kind: "fault", fault: name };
}
