/** Why a valid, authorised command did not happen; why a command was not processed. Twin of `dcep.messages.refusals`.
 *
 * Numbers are identity and never change. The order of the lines is precedence: the first rule that says no answers.
 */

/** The rules say no; the number is used up, nothing else changed. */
export const REFUSALS = {
  wrong_lane: 1,
  payer_closed: 2,
  payer_frozen: 3,
  amount_zero: 4,
  payer_is_receiver: 5,
  operator_unknown: 6,
  operator_suspended: 7,
  wallet_id_invalid: 8,
  hold_unknown: 41,
  wallet_unknown: 9,
  receiver_unknown: 10,
  vault_unknown: 11,
  not_your_customer: 12,
  ledger_unknown: 13,
  wrong_ledger: 14,
  wallet_exists: 15,
  wallet_closed: 16,
  wallet_frozen: 17,
  stale: 18,
  frozen_by_central_bank: 19,
  scope_unknown: 20,
  class_unknown: 21,
  bad_key: 22,
  board_invalid: 23,
  workers_invalid: 24,
  rules_invalid: 25,
  status_unknown: 26,
  board_not_in_force: 27,
  number_used: 28,
  lock_unknown: 29,
  lock_used: 30,
  lock_mismatch: 31,
  too_many_open: 32,
  hold_expired: 42,
  until_invalid: 43,
  too_many_holds: 44,
  over_held_amount: 45,
  condition_not_met: 46,
  over_single_limit: 33,
  over_daily_limit: 34,
  over_annual_limit: 35,
  insufficient_funds: 36,
  balance_not_zero: 37,
  money_in_flight: 38,
  holds_open: 47,
  supply_overflow: 39,
  receiver_cannot_accept: 40,
} as const;

/** The command was not heard; nothing changed, the number is free, the answer is not final. */
export const NOT_PROCESSED = {
  malformed: 1,
  wrong_network: 2,
  unsupported_suite: 3,
  bad_signature: 4,
  unknown_wallet: 5,
  not_authorised: 6,
  no_lane: 7,
  too_far: 8,
  life_too_long: 9,
  clock_ahead: 10,
  out_of_turn: 11,
} as const;

export type Refusal = keyof typeof REFUSALS;
export type NotProcessed = keyof typeof NOT_PROCESSED;

/** Return whether a code is one with which the rules say no. */
export function isRefusal(code: string): code is Refusal {
  return Object.hasOwn(REFUSALS, code);
}

/** Return the refusal with a number; undefined where there is none. */
export function refusalOf(number: number): Refusal | undefined {
  return codeOf(REFUSALS, number);
}

/** Return the reason not to process with a number; undefined where there is none. */
export function notProcessedOf(number: number): NotProcessed | undefined {
  return codeOf(NOT_PROCESSED, number);
}

function codeOf<Code extends string>(codes: Readonly<Record<Code, number>>, number: number): Code | undefined {
  return (Object.keys(codes) as Code[]).find((code) => codes[code] === number);
}
