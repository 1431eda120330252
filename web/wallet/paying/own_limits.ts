/**
 * Limits that the holder has set on this device, below those of the wallet's class: they stop a slip of the finger and a
 * child at play, not somebody who has the key.
 *
 * 1. They are kept in this browser, for one wallet.
 * 2. What was spent today is what the ledger says, and what was signed since and has no answer yet.
 */

/** What may be paid at once and on a day of Shanghai, fen; null is no limit of one's own. */
export type OwnLimits = Readonly<{ single: bigint | null; daily: bigint | null }>;

/** Which limit an amount is over. */
export type OverLimit = "over_own_single" | "over_own_daily";

export const NO_LIMITS: OwnLimits = { single: null, daily: null };

/** Return which of the holder's own limits an amount is over; exactly the limit is not over it. */
export function overOwnLimit(limits: OwnLimits, amount: bigint, spentToday: bigint): OverLimit | null {
  if (limits.single !== null && amount > limits.single) return "over_own_single";
  // 2.
  if (limits.daily !== null && spentToday + amount > limits.daily) return "over_own_daily";
  return null;
}

/** Write limits as they are kept. */
export function writeLimits(limits: OwnLimits): string {
  return JSON.stringify({ single: limits.single?.toString() ?? null, daily: limits.daily?.toString() ?? null });
}

/** Read limits as they were kept; what is no such text is no limit. */
export function readLimits(text: string | null): OwnLimits {
  if (text === null) return NO_LIMITS;
  try {
    const kept: unknown = JSON.parse(text);
    if (typeof kept !== "object" || kept === null) return NO_LIMITS;
    return { single: fenOf(kept, "single"), daily: fenOf(kept, "daily") };
  } catch {
    return NO_LIMITS;
  }
}

function fenOf(kept: object, name: "single" | "daily"): bigint | null {
  const value: unknown = Reflect.get(kept, name);
  return typeof value === "string" && /^[0-9]{1,20}$/.test(value) ? BigInt(value) : null;
}
