/** Whom a code asks to pay, and the name under which that is paid once. */

import type { HeldWallet } from "../../shared/holder/types.ts";
import type { WalletId } from "../../shared/protocol/ids.ts";
import type { Reading } from "./reading.ts";

/** Whom and how much. */
export type Payee = Readonly<{
  wallet: WalletId;
  /** What the code says; null where a number was typed. Nobody vouches for it. */
  name: string | null;
  city: string | null;
  /** null lets the payer choose. */
  amount: bigint | null;
  reference: string | null;
  /** Under this name at most one payment is ever signed. */
  key: string;
  /** This very request was paid from here, or may be. */
  wasPaid: boolean;
}>;

/**
 * Return whom a reading asks to pay.
 *
 * A request with a reference is paid once: two pages that show it make the same name, so that one of them signs. After a
 * refusal the same request has another name, for it may be paid once the reason is gone.
 */
export async function payeeOf(
  held: Pick<HeldWallet, "payments">,
  reading: Extract<Reading, { kind: "request" | "wallet" }>,
): Promise<Payee> {
  if (reading.kind === "wallet") {
    const { wallet } = reading;
    return { wallet, name: null, city: null, amount: null, reference: null, key: crypto.randomUUID(), wasPaid: false };
  }
  const { receiver, name, city, amount, reference } = reading.request;
  const answers = await answersOf(held, receiver, reference);
  const key = reference === null ? crypto.randomUUID() : `code-${receiver}-${reference}-${answers.failed}`;
  return { wallet: receiver, name, city, amount, reference, key, wasPaid: answers.mayHavePaid };
}

async function answersOf(held: Pick<HeldWallet, "payments">, receiver: WalletId, reference: string | null) {
  if (reference === null) return { failed: 0, mayHavePaid: false };
  const answers = (await held.payments()).filter(
    (payment) => payment.kind === "pay" && payment.counterparty === receiver && payment.reference === reference,
  );
  const paid = answers.filter(({ state }) => state === "settled" || state === "open");
  return { failed: answers.length - paid.length, mayHavePaid: paid.length > 0 };
}
