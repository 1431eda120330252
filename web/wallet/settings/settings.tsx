/** About the wallet, and what the holder sets on this device. */

import { useState } from "preact/hooks";
import type { Limits, WalletClassName } from "../../shared/holder/types.ts";
import { formatWalletId } from "../../shared/protocol/ids.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Pairs } from "../../shared/ui/lists.tsx";
import { Money } from "../../shared/ui/money.tsx";
import { Card, Notice } from "../../shared/ui/surfaces.tsx";
import { CLASSES, className, operatorName } from "../opening/classes.ts";
import { EvidenceForm, type Shown } from "../opening/evidence.tsx";
import type { Purse, Seen } from "../purse.ts";
import { OwnLimitsCard } from "./own_limits.tsx";
import { ShownCard } from "./shown.tsx";

const t = phrases({
  wallet: ["Your wallet", "我的钱包"],
  number: ["Number", "钱包编号"],
  operator: ["Operator", "运营机构"],
  class: ["Class", "类别"],
  key: ["Key on this device", "本设备密钥"],
  key_more: ["made here, cannot be taken out", "在本机生成，不可导出"],
  limits: ["What the class allows", "类别限额"],
  cap: ["Balance", "余额上限"],
  single: ["One payment", "单笔支付"],
  daily: ["A day", "日累计"],
  annual: ["A year", "年累计"],
  none: ["no limit", "不限"],
  spent: ["Spent today", "今日已付"],
  raise: ["Raise the class", "升级钱包"],
  raised: ["The class is raised", "钱包已升级"],
  action: ["Raise the class", "提交升级"],
  recovery: ["If this device is lost", "设备丢失时"],
  recovery_more: [
    "Open this page on another device, choose “I have a wallet”, and type number and recovery code. The lost device may do nothing any more from then on.",
    "在其他设备打开本页面，选择“已有钱包”，输入钱包编号和恢复码。此后丢失的设备将无法再使用钱包。",
  ],
});

/** The settings. */
export function Settings({ purse, seen }: { purse: Purse; seen: Seen }) {
  const { account } = seen;
  const { held } = purse;
  return (
    <div class="grid-2">
      <div class="stack">
        <Card title={t("wallet")}>
          <Pairs
            pairs={[
              [t("number"), formatWalletId(held.wallet)],
              [t("operator"), operatorName(held.operator.name)],
              ...(account === null ? [] : [[t("class"), className(account.walletClass)] as const]),
              [t("key"), t("key_more")],
            ]}
          />
        </Card>
        {account === null || account.limits === null ? null : (
          <ClassLimits limits={account.limits} spent={account.spentToday} />
        )}
        {account === null ? null : <RaiseClass purse={purse} walletClass={account.walletClass} />}
      </div>
      <div class="stack">
        <OwnLimitsCard wallet={held.wallet} />
        <ShownCard wallet={held.wallet} />
        <Card title={t("recovery")}>
          <p>{t("recovery_more")}</p>
        </Card>
      </div>
    </div>
  );
}

function ClassLimits({ limits, spent }: { limits: Limits; spent: bigint }) {
  const amount = (fen: bigint | null) => (fen === null ? t("none") : <Money fen={fen} />);
  return (
    <Card title={t("limits")}>
      <Pairs
        pairs={[
          [t("cap"), amount(limits.cap)],
          [t("single"), amount(limits.single)],
          [t("daily"), amount(limits.daily)],
          [t("annual"), amount(limits.annual)],
          [t("spent"), <Money fen={spent} />],
        ]}
      />
    </Card>
  );
}

function RaiseClass({ purse, walletClass }: { purse: Purse; walletClass: WalletClassName }) {
  const [isOpen, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const [isDone, setDone] = useState(false);
  const better = CLASSES.slice(CLASSES.indexOf(walletClass) + 1);
  const raise = async ({ walletClass: wanted, evidence }: Shown) => {
    setBusy(true);
    setTrouble(null);
    try {
      const order = await purse.held.changeClass(wanted, evidence);
      if (order.state === "done") setDone(true);
      else setTrouble({ code: order.code || order.state });
      await purse.refresh();
    } catch (error) {
      setTrouble(error);
    } finally {
      setBusy(false);
    }
  };
  if (isDone) return <Notice kind="good" title={t("raised")} />;
  if (!CLASSES.includes(walletClass) || better.length === 0) return null;
  return (
    <Card title={t("raise")}>
      {isOpen ? (
        <EvidenceForm classes={better} action={t("action")} busy={busy} trouble={trouble} onShow={raise} />
      ) : (
        <Button onPress={() => setOpen(true)}>{t("raise")}</Button>
      )}
    </Card>
  );
}
