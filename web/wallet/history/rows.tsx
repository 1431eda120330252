/** Lines of the history as a list. */

import type { Movement } from "../../shared/holder/types.ts";
import { formatWalletId, type WalletId } from "../../shared/protocol/ids.ts";
import { lately, phrases } from "../../shared/ui/i18n.ts";
import type { IconName } from "../../shared/ui/icons.tsx";
import { List, Row } from "../../shared/ui/lists.tsx";
import { Money } from "../../shared/ui/money.tsx";
import { Empty } from "../../shared/ui/surfaces.tsx";
import { nameOf } from "../memory.ts";
import { go } from "../views.ts";

const t = phrases({
  opened: ["Wallet opened", "开立钱包"],
  class_set: ["Class changed", "变更类别"],
  policy_set: ["Key changed", "更换密钥"],
  closed: ["Wallet closed", "注销钱包"],
  paid: ["Paid", "付款"],
  received: ["Received", "收款"],
  refund_paid: ["Paid back", "退款支出"],
  refund_received: ["Refund", "收到退款"],
  returned: ["Came back", "退回"],
  held: ["Held", "预授权"],
  hold_captured: ["Taken from what was held", "预授权扣款"],
  hold_released: ["Released", "预授权释放"],
  capture_received: ["Received from what was held", "预授权收款"],
  exchanged: ["Exchanged", "兑出"],
  redeemed: ["Redeemed", "兑回"],
  frozen: ["Frozen", "冻结"],
  unfrozen: ["Set free", "解冻"],
  bank: ["Bank account", "银行账户"],
  operator: ["Operator", "运营机构"],
});

const KINDS = [
  "opened",
  "class_set",
  "policy_set",
  "closed",
  "paid",
  "received",
  "refund_paid",
  "refund_received",
  "returned",
  "held",
  "hold_captured",
  "hold_released",
  "capture_received",
  "exchanged",
  "redeemed",
  "frozen",
  "unfrozen",
] as const;

const SIGNS: Readonly<Record<string, IconName>> = {
  exchanged: "bank",
  redeemed: "bank",
  refund_paid: "refund",
  refund_received: "refund",
  returned: "refund",
  opened: "wallet",
  class_set: "settings",
  policy_set: "key",
  frozen: "lock",
  unfrozen: "lock",
};

/** Return what a kind of movement is called; a kind that this page does not know keeps its own name. */
export function kindName(kind: string): string {
  const known = KINDS.find((name) => name === kind);
  return known === undefined ? kind : t(known);
}

/** Return what a wallet called itself, else its number. */
export function whoIs(wallet: WalletId | null): string {
  return wallet === null ? t("operator") : (nameOf(wallet) ?? formatWalletId(wallet));
}

/** Return whom a movement was with. */
export function otherSide(movement: Movement): string | null {
  if (movement.kind === "exchanged" || movement.kind === "redeemed") return t("bank");
  return movement.counterparty === null ? null : whoIs(movement.counterparty);
}

/** The list; a row opens its movement. */
export function MovementRows({
  label,
  movements,
  nowMs,
  empty,
}: {
  label: string;
  movements: readonly Movement[];
  nowMs: number;
  /** What is said where there is none. */
  empty: string;
}) {
  if (movements.length === 0) return <Empty icon="clock">{empty}</Empty>;
  return (
    <List label={label}>
      {movements.map((movement) => (
        <MovementRow key={`${movement.seq}-${movement.place}-${movement.kind}`} movement={movement} nowMs={nowMs} />
      ))}
    </List>
  );
}

function MovementRow({ movement, nowMs }: { movement: Movement; nowMs: number }) {
  const when = lately(movement.atMs, nowMs);
  const other = otherSide(movement);
  const amount = movement.amount === 0n ? null : <Money fen={movement.amount} way={movement.effect} />;
  return (
    <Row
      icon={SIGNS[movement.kind] ?? (movement.effect === "in" ? "arrow_down" : "arrow_up")}
      title={other ?? kindName(movement.kind)}
      more={other === null ? when : `${kindName(movement.kind)} · ${when}`}
      end={amount}
      onPress={() => go("movement", movement.command)}
    />
  );
}
