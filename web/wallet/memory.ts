/**
 * Small things that this browser keeps beside the wallet, none of which moves money: own limits, the name that payers see,
 * and what receivers called themselves. A browser that keeps nothing forgets them; the wallet works all the same.
 */

import type { WalletId } from "../shared/protocol/ids.ts";
import { type OwnLimits, readLimits, writeLimits } from "./paying/own_limits.ts";

/** How the holder calls himself to whoever scans his code. */
export type Shown = Readonly<{ name: string; city: string }>;

/** So many names are kept; the one that was used longest ago goes first. */
const MOST_NAMES = 200;

/** Return the limits that the holder has set on this device. */
export function ownLimits(wallet: WalletId): OwnLimits {
  return readLimits(kept(`limits.${wallet}`));
}

/** Keep limits of one's own. */
export function keepLimits(wallet: WalletId, limits: OwnLimits): void {
  keep(`limits.${wallet}`, writeLimits(limits));
}

/** Return how the holder calls himself; a number's last digits where he has said nothing. */
export function shown(wallet: WalletId): Shown {
  const [name = "", city = ""] = (kept(`shown.${wallet}`) ?? "").split("\n", 2);
  return { name: name || `Wallet ${wallet.slice(-4)}`, city: city || "Shenzhen" };
}

/** Keep how the holder calls himself. */
export function keepShown(wallet: WalletId, { name, city }: Shown): void {
  keep(`shown.${wallet}`, `${name}\n${city}`);
}

/** Return what a receiver called itself when it was paid from here; nobody vouches for it. */
export function nameOf(wallet: WalletId | null): string | null {
  return wallet === null ? null : (names().get(wallet) ?? null);
}

/** Keep what a receiver called itself. */
export function keepName(wallet: WalletId, name: string): void {
  const known = names();
  known.delete(wallet);
  known.set(wallet, name);
  keep("names", JSON.stringify([...known].slice(-MOST_NAMES)));
}

function names(): Map<string, string> {
  try {
    const pairs: unknown = JSON.parse(kept("names") ?? "[]");
    return new Map(Array.isArray(pairs) ? pairs.filter(isPair) : []);
  } catch {
    return new Map();
  }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string");
}

function kept(name: string): string | null {
  try {
    return localStorage.getItem(`dcep.${name}`);
  } catch {
    return null;
  }
}

function keep(name: string, text: string): void {
  try {
    localStorage.setItem(`dcep.${name}`, text);
  } catch {
    // Nothing of this is needed for a payment.
  }
}
