/** The devices of one wallet: which key signs on which lane, as the wallet's policy itself says.
 *
 * 1. A wallet that one device holds is guarded by that key, or by any one of it and the recovery key: it is lane 0.
 * 2. Several devices are a board of any one, from one site: a seat's site is the lane of that device, and the seat of the
 *    recovery key, which no device keeps, has site 255.
 * 3. A policy of any other form is somebody's own: nothing is read into it, and nobody is let in by a page.
 *
 * The ledger guards the policy, so no list of devices can be forged; and what a device signed under a policy that is no
 * longer in force is never heard, so its lane can be given to another.
 */

import { type Bytes, sameBytes } from "./bytes.ts";
import type { Board, Policy, Seat, SingleKey } from "./policies.ts";

/** Lanes of a wallet. Source: PROTOCOL, numbers. */
export const LANES = 4;
export const RECOVERY_SITE = 255;

/** A device that may act for the wallet: the key that it keeps, and the lane on which it numbers its commands. */
export interface Device {
  readonly lane: number;
  readonly suite: number;
  readonly key: Bytes;
}

/** Why a policy cannot be changed as it was wished. */
export type SlotCode = "other_policy" | "no_slot" | "already_in" | "last_device" | "no_such_device";

/** The policy cannot be changed as it was wished. */
export class BadSlot extends Error {
  readonly code: SlotCode;

  constructor(code: SlotCode) {
    super(code);
    this.name = "BadSlot";
    this.code = code;
  }
}

/** Return the devices of a policy by their lanes; none where it is of another form. */
export function devicesOf(policy: Policy): readonly Device[] {
  return [...seatsOf(policy)]
    .filter((seat) => seat.site < LANES)
    .sort((one, other) => one.site - other.site)
    .map(({ site, suite, key }) => ({ lane: site, suite, key }));
}

/** Return the recovery key of a policy, null where it has none. */
export function recoveryOf(policy: Policy): SingleKey | null {
  const seat = seatsOf(policy).find((each) => each.site === RECOVERY_SITE);
  return seat === undefined ? null : { kind: "key", suite: seat.suite, key: seat.key };
}

/** Return the lane of a key's device, null where the policy has it not. */
export function laneOf(policy: Policy, suite: number, key: Bytes): number | null {
  return devicesOf(policy).find((each) => each.suite === suite && sameBytes(each.key, key))?.lane ?? null;
}

/** Return the policy with one more device, on the first lane that is free.
 *
 * @throws BadSlot: `other_policy`, `already_in`, or `no_slot`: four devices hold the wallet.
 */
export function letIn(policy: Policy, suite: number, key: Bytes): Board {
  const seats = requireSeats(policy);
  if (seats.some((seat) => seat.suite === suite && sameBytes(seat.key, key))) throw new BadSlot("already_in");
  const lane = Array.from({ length: LANES }, (_, each) => each).find(
    (each) => !seats.some(({ site }) => site === each),
  );
  if (lane === undefined) throw new BadSlot("no_slot");
  return boardOf([...seats, { site: lane, suite, key }]);
}

/** Return the policy without the device of a lane; the last one stays.
 *
 * @throws BadSlot: `other_policy`, `no_such_device`, or `last_device`.
 */
export function takeOut(policy: Policy, lane: number): Board {
  const seats = requireSeats(policy);
  if (lane >= LANES || !seats.some((seat) => seat.site === lane)) throw new BadSlot("no_such_device");
  if (seats.filter((seat) => seat.site < LANES).length === 1) throw new BadSlot("last_device");
  return boardOf(seats.filter((seat) => seat.site !== lane));
}

function requireSeats(policy: Policy): readonly Seat[] {
  const seats = seatsOf(policy);
  if (seats.length === 0) throw new BadSlot("other_policy");
  return seats;
}

function seatsOf(policy: Policy): readonly Seat[] {
  if (policy.kind === "key") return [{ site: 0, suite: policy.suite, key: policy.key }];
  if (policy.kind === "board") return isOfDevices(policy) ? policy.seats : [];
  if (policy.kind !== "threshold" || policy.needed !== 1 || policy.of.length !== 2) return [];
  const [device, recovery] = policy.of;
  if (device?.kind !== "key" || recovery?.kind !== "key") return [];
  return [
    { site: 0, suite: device.suite, key: device.key },
    { site: RECOVERY_SITE, suite: recovery.suite, key: recovery.key },
  ];
}

function isOfDevices(board: Board): boolean {
  const sites = board.seats.map((seat) => seat.site);
  const fits = sites.every((site) => site < LANES || site === RECOVERY_SITE) && new Set(sites).size === sites.length;
  return board.needed === 1 && board.sites === 1 && fits;
}

function boardOf(seats: readonly Seat[]): Board {
  return { kind: "board", needed: 1, sites: 1, seats: [...seats].sort((one, other) => one.site - other.site) };
}
