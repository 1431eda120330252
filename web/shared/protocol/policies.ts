/** Policies: who may act for an account. A key, k of n policies, or an officers' board. Twin of `dcep.messages.policies`. */

/** No policy: the command carries its proof itself. */
export interface Nobody {
  readonly kind: "nobody";
}

/** One key of one suite. */
export interface SingleKey {
  readonly kind: "key";
  readonly suite: number;
  readonly key: Uint8Array;
}

/** At least `needed` of the policies below; any = 1, all = their count. */
export interface Threshold {
  readonly kind: "threshold";
  readonly needed: number;
  readonly of: readonly Policy[];
}

/** An officer's key and the site where it is kept. */
export interface Seat {
  readonly site: number;
  readonly suite: number;
  readonly key: Uint8Array;
}

/** At least `needed` officers, from at least `sites` different sites. */
export interface Board {
  readonly kind: "board";
  readonly needed: number;
  readonly sites: number;
  readonly seats: readonly Seat[];
}

export type Policy = Nobody | SingleKey | Threshold | Board;
