/** The code of a request, as the shop's operator draws it: payment platforms have codes of their own, which are small and
 * which their apps know.
 *
 * 1. Without an answer in time it is the plain request, which every wallet of every operator reads: a till shows codes
 *    without a network, too.
 * 2. A plain request that is not the very one that was asked for is not shown: what is paid must come to this shop. What
 *    stands behind a code of another form the operator alone knows; if it were another's, the mark would never be green.
 */

import { BadRequest, decodeRequest, encodeRequest, MAX_TEXT, type PaymentRequest } from "../shared/protocol/codes.ts";

const PATIENCE_MS = 1_500;

/** Ask the operator, by a signed request of the shop's wallet. */
type Ask = (method: "POST", path: string, body: unknown) => Promise<unknown>;

/** Return the text of the code.
 *
 * @throws BadRequest: a field does not fit the form.
 */
export async function codeOf(ask: Ask, request: PaymentRequest): Promise<string> {
  const plain = encodeRequest(request);
  const body = {
    ...{ name: request.name, city: request.city, reference: request.reference },
    ...{ amount_fen: request.amount === null ? null : Number(request.amount), expires_at_ms: request.expiresAtMs },
  };
  // 1.
  const told = await Promise.race([
    ask("POST", `/v1/wallets/${request.receiver}/requests`, body).catch(() => null),
    new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null)),
  ]);
  const text = textIn(told);
  // 2.
  return text === null || isPlain(text) ? plain : text;
}

function isPlain(text: string): boolean {
  try {
    decodeRequest(text);
    return true;
  } catch (error) {
    if (error instanceof BadRequest) return false;
    throw error;
  }
}

function textIn(told: unknown): string | null {
  if (typeof told !== "object" || told === null || !("text" in told)) return null;
  return typeof told.text === "string" && told.text.length <= MAX_TEXT ? told.text : null;
}
