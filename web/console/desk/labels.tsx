/** Words for kinds, states and numbers of the desk; what has none yet is shown by its own name. */

import { Badge, type Kind } from "../../shared/ui/surfaces.tsx";
import { spaced } from "../names.ts";
import type { Customer, Order } from "./counter.ts";
import { t } from "./words.ts";

type Word = Parameters<typeof t>[0];

const KINDS = new Set(["open", "set_class", "close", "freeze", "unfreeze", "exchange", "redeem", "refund", "return"]);
const STATES: Readonly<Record<string, Kind>> = {
  wanted: "plain",
  sent: "plain",
  accepted: "plain",
  debited: "plain",
  paying: "plain",
  collecting: "plain",
  collected: "plain",
  reversing: "warn",
  done: "good",
  settled: "good",
  refused: "bad",
  reversed: "warn",
};

/** Return what an order is for. */
export function kindName(kind: string): string {
  return KINDS.has(kind) ? t(`kind_${kind}` as Word) : kind;
}

/** How an order stands, and the ledger's code where it refused. */
export function State({ order }: { order: Pick<Order, "state" | "code"> }) {
  const kind = STATES[order.state];
  const word = kind === undefined ? order.state : t(`state_${order.state}` as Word);
  return (
    <span class="side-by-side">
      <Badge kind={kind ?? "plain"}>{word}</Badge>
      {order.code === "" ? null : <span class="code small">{order.code}</span>}
    </span>
  );
}

/** Return what people call a class of wallets. */
export function className(name: string): string {
  return name.toUpperCase() === "CORPORATE" ? t("corporate") : t("class", { name });
}

/** A wallet's number; with `onPress` its holder is looked up. */
export function WalletNumber({ wallet, onPress }: { wallet: string | null; onPress?: (wallet: string) => void }) {
  if (wallet === null) return <span class="soft">–</span>;
  if (onPress === undefined) return <span class="number">{spaced(wallet)}</span>;
  return (
    <button class="number number-link" type="button" onClick={() => onPress(wallet)}>
      {spaced(wallet)}
    </button>
  );
}

/** Whether a wallet is closed, frozen, or in order. */
export function Standing({ customer }: { customer: Pick<Customer, "closed" | "frozen"> }) {
  if (customer.closed) return <Badge>{t("closed")}</Badge>;
  switch (customer.frozen) {
    case null:
      return <Badge kind="good">{t("open")}</Badge>;
    case "pay":
      return <Badge kind="bad">{t("frozen_pay")}</Badge>;
    case "receive":
      return <Badge kind="bad">{t("frozen_receive")}</Badge>;
    default:
      return <Badge kind="bad">{t("frozen_both")}</Badge>;
  }
}
