/**
 * The supply law, judged by the page itself: issued − withdrawn = vaults + wallets + in transit ≤ reserves.
 *
 * Nobody's word is taken for it. The page adds the figures up, and believes that the law holds only if the sum says so and
 * the central bank does too: what it saw of the ledgers between two readings stands in no figure. A figure that is old is
 * no news: the board is then neither green nor red.
 */

import type { Figures } from "./supply.ts";

/** Why the law does not hold. */
export type BreachCode = "missing" | "surplus" | "unbacked" | "below_zero" | "told_otherwise";

/** One way in which the law is broken, and by how much, fen; 0 where no figure says so. */
export interface Breach {
  readonly code: BreachCode;
  readonly fen: bigint;
}

/** What the board shows. */
export type Judgement = "holds" | "broken" | "unknown";

/** Figures older than this are not shown as how it stands: the page asks every five seconds. */
export const STALE_MS = 20_000;

/** What was issued and not withdrawn: the money that must be somewhere. */
export function outside(figures: Figures): bigint {
  return figures.issued - figures.withdrawn;
}

/** What is found in vaults, wallets and between ledgers. */
export function found(figures: Figures): bigint {
  return figures.issuingVault + figures.bankVaults + figures.wallets + figures.inTransit;
}

/** Return every way in which the law is broken; none is the good answer. */
export function breachesOf(figures: Figures): Breach[] {
  const wanted = outside(figures);
  const held = found(figures);
  const breaches: Breach[] = [];
  if (held < wanted) breaches.push({ code: "missing", fen: wanted - held });
  if (held > wanted) breaches.push({ code: "surplus", fen: held - wanted });
  if (held > figures.reserve) breaches.push({ code: "unbacked", fen: held - figures.reserve });
  const least = [figures.issuingVault, figures.bankVaults, figures.wallets, figures.inTransit].reduce(
    (low, each) => (each < low ? each : low),
    0n,
  );
  if (least < 0n) breaches.push({ code: "below_zero", fen: -least });
  if (breaches.length === 0 && !figures.lawHolds) breaches.push({ code: "told_otherwise", fen: 0n });
  return breaches;
}

/** Return what the board shows.
 *
 * @param figures - the newest figures, null where none have come.
 * @param ageMs - how long ago they came.
 */
export function judge(figures: Figures | null, ageMs: number): Judgement {
  if (figures === null || ageMs > STALE_MS) return "unknown";
  return breachesOf(figures).length === 0 ? "holds" : "broken";
}
