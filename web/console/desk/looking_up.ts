/** What somebody types to find a customer: a wallet's number, or in full what the customer has shown. */

/** By what a customer is found. */
export type By = "wallet" | "phone" | "document" | "credit_code";

/** What is asked: the path of one wallet, or a search with its body. */
export type Question =
  | { readonly method: "GET"; readonly path: string }
  | { readonly method: "POST"; readonly path: string; readonly body: Readonly<Record<string, string>> };

/** Why a text finds nobody before anybody is asked. */
export type LookUpFault = "bad_wallet" | "bad_phone" | "nothing";

const WALLET = /^[0-9]{16}$/;
const PHONE = /^\+[1-9][0-9]{5,14}$/;
// A phone without its country is one of this country's.
const HOME_PHONE = /^1[0-9]{10}$/;

/** Return what is asked, or why nothing can be. */
export function questionOf(by: By, typed: string): Question | LookUpFault {
  const text = typed.normalize("NFKC").replaceAll(/[\s-]/g, "");
  if (text === "") return "nothing";
  if (by === "wallet") return WALLET.test(text) ? { method: "GET", path: `/v1/customers/${text}` } : "bad_wallet";
  const shown = by === "phone" ? phoneOf(text) : text.toUpperCase();
  return shown === null ? "bad_phone" : { method: "POST", path: "/v1/customers/search", body: { [by]: shown } };
}

function phoneOf(text: string): string | null {
  if (HOME_PHONE.test(text)) return `+86${text}`;
  return PHONE.test(text) ? text : null;
}

/** Return the days whose books can be held, the newest first: those that have ended in Shanghai.
 *
 * @param today - the day that goes on, `2026-11-27`.
 */
export function daysBefore(today: string, count: number): string[] {
  const start = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: count }, (_, at) => new Date(start - (at + 1) * 86_400_000).toISOString().slice(0, 10));
}
