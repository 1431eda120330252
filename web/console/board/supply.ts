/** All money there is, as the central bank tells it: `/v1/supply` and its changes. */

import { type Fields, fenOf, listOf, numberOf, recordOf, textOf, truthOf } from "../answers.ts";

/** All money, fen, and where it is. `lawHolds` is what the central bank says of it. */
export interface Figures {
  readonly issued: bigint;
  readonly withdrawn: bigint;
  readonly issuingVault: bigint;
  readonly bankVaults: bigint;
  readonly wallets: bigint;
  readonly inTransit: bigint;
  readonly reserve: bigint;
  readonly lawHolds: boolean;
}

/** What wallets of a class or a city hold together, as operators report it. */
export interface Held {
  readonly name: string;
  readonly wallets: number;
  readonly held: bigint;
}

/** How all money stands at a moment: true together behind `frames` of each ledger. */
export interface Supply {
  readonly atMs: number;
  readonly frames: readonly (readonly [ledger: string, seq: number])[];
  readonly figures: Figures;
  readonly reserveAssurance: string;
  readonly classes: readonly Held[];
  readonly cities: readonly Held[];
  readonly unreported: bigint;
}

/** How one operator stands with the central bank. */
export interface OperatorFigures {
  readonly operator: string;
  readonly issued: bigint;
  readonly allocated: bigint;
  readonly withdrawn: bigint;
  readonly reserve: bigint;
  readonly vault: bigint;
  /** What its customers hold, by its last report. */
  readonly held: bigint;
  readonly wallets: number;
}

/** How the supply stood from a moment on, until the next change. */
export interface Change {
  readonly id: number;
  readonly atMs: number;
  readonly figures: Figures;
}

/** Read the figures of a record. */
export function figuresIn(fields: Fields): Figures {
  return {
    issued: fenOf(fields, "issued_fen"),
    withdrawn: fenOf(fields, "withdrawn_fen"),
    issuingVault: fenOf(fields, "issuing_vault_fen"),
    bankVaults: fenOf(fields, "bank_vaults_fen"),
    wallets: fenOf(fields, "wallets_fen"),
    inTransit: fenOf(fields, "in_transit_fen"),
    reserve: fenOf(fields, "reserve_fen"),
    lawHolds: truthOf(fields, "law_holds"),
  };
}

/** Read a cut of all ledgers. */
export function supplyIn(fields: Fields): Supply {
  const frames = recordOf(fields, "frames");
  return {
    atMs: numberOf(fields, "at_ms"),
    frames: Object.keys(frames)
      .sort()
      .map((ledger) => [ledger, numberOf(frames, ledger)]),
    figures: figuresIn(recordOf(fields, "supply")),
    reserveAssurance: textOf(fields, "reserve_assurance"),
    classes: listOf(fields, "classes", (item) => heldIn(item, "wallet_class")),
    cities: listOf(fields, "cities", (item) => heldIn(item, "city")),
    unreported: fenOf(fields, "unreported_fen"),
  };
}

/** Read the figures of each operator, which staff alone are told. */
export function operatorsIn(fields: Fields): OperatorFigures[] {
  const holdings = listOf(fields, "holdings", (item) => ({ ...heldIn(item, "operator") }));
  return listOf(fields, "operators", (item) => {
    const operator = textOf(item, "operator");
    const own = holdings.filter((each) => each.name === operator);
    return {
      operator,
      issued: fenOf(item, "issued_fen"),
      allocated: fenOf(item, "allocated_fen"),
      withdrawn: fenOf(item, "withdrawn_fen"),
      reserve: fenOf(item, "reserve_fen"),
      vault: fenOf(item, "vault_fen"),
      held: own.reduce((sum, each) => sum + each.held, 0n),
      wallets: own.reduce((sum, each) => sum + each.wallets, 0),
    };
  });
}

/** Read a change of the supply. */
export function changeIn(fields: Fields): Change {
  return {
    id: numberOf(fields, "id"),
    atMs: numberOf(fields, "at_ms"),
    figures: figuresIn(recordOf(fields, "supply")),
  };
}

function heldIn(item: Fields, name: string): Held {
  return { name: textOf(item, name), wallets: numberOf(item, "wallets"), held: fenOf(item, "held_fen") };
}
