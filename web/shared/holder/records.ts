/** The records of an operator's answers, as a page reads them. */

import type { Told } from "./reading.ts";
import type { Account, Evidence, Limits, Movement, Operator, OperatorOrder, Page } from "./types.ts";

const CLASSES = ["I", "II", "III", "IV", "corporate"] as const;
const FROZEN = ["pay", "receive", "both"] as const;
const EFFECTS = ["in", "out", "none"] as const;
const KINDS = ["open", "set_class", "close", "exchange", "redeem", "refund"] as const;

export function operatorOf(told: Told): Operator {
  return {
    operator: told.number("operator"),
    name: told.text("name"),
    network: told.text("network"),
    url: told.text("url"),
    ledgerUrl: told.text("ledger_url"),
    vault: told.wallet("vault"),
  };
}

export function accountOf(told: Told): Account {
  return {
    wallet: told.wallet("wallet"),
    walletClass: told.oneOf("wallet_class", CLASSES),
    balance: told.fen("balance_fen"),
    locked: told.fen("locked_fen"),
    onHold: told.fen("on_hold_fen"),
    inFlight: told.fen("in_flight_fen"),
    spentToday: told.fen("spent_today_fen"),
    spentThisYear: told.fen("spent_this_year_fen"),
    limits: told.maybe("limits", (name) => limitsOf(told.object(name))),
    epoch: told.number("epoch"),
    nextNumber: told.number("next_number"),
    frozen: told.maybe("frozen", (name) => told.oneOf(name, FROZEN)),
    closed: told.flag("closed"),
  };
}

export function movementOf(told: Told): Movement {
  return {
    seq: told.number("seq"),
    place: told.number("place"),
    atMs: told.number("at_ms"),
    kind: told.text("kind"),
    counterparty: told.maybe("counterparty", told.wallet),
    amount: told.fen("amount_fen"),
    effect: told.oneOf("effect", EFFECTS),
    balance: told.fen("balance_fen"),
    command: told.text("command_id"),
    refersTo: told.maybe("refers_to", told.text),
    memo: told.maybe("memo", told.text),
  };
}

export function orderOf(told: Told): OperatorOrder {
  return {
    id: told.text("id"),
    kind: told.oneOf("kind", KINDS),
    wallet: told.maybe("wallet", told.wallet),
    state: told.text("state"),
    code: told.maybe("code", told.text) ?? "",
    amount: told.maybe("amount_fen", told.fen),
    madeAtMs: told.number("made_at_ms"),
    endedAtMs: told.maybe("ended_at_ms", told.number),
  };
}

export function pageOf<Item>(told: Told, read: (item: Told) => Item): Page<Item> {
  return { items: told.list("items").map(read), next: told.maybe("next", told.text) };
}

/** Return evidence as the operator wants it told: what is not shown is left out. */
export function shown(evidence: Evidence): Readonly<Record<string, string | boolean>> {
  const told = {
    phone: evidence.phone,
    name: evidence.name,
    document: evidence.document,
    bank_account: evidence.bankAccount,
    face_to_face: evidence.faceToFace,
    legal_name: evidence.legalName,
    credit_code: evidence.creditCode,
  };
  const given = Object.entries(told).filter((entry): entry is [string, string | boolean] => Boolean(entry[1]));
  return Object.fromEntries(given);
}

function limitsOf(told: Told): Limits | null {
  const names = ["cap_fen", "single_fen", "daily_fen", "annual_fen"] as const;
  const [cap, single, daily, annual] = names.map((name) => told.maybe(name, told.fen));
  return { cap: cap ?? null, single: single ?? null, daily: daily ?? null, annual: annual ?? null };
}
