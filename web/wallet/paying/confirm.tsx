/** Whom and how much, before it is paid. */

import { useState } from "preact/hooks";
import type { Payment } from "../../shared/holder/types.ts";
import { formatWalletId } from "../../shared/protocol/ids.ts";
import { yuan } from "../../shared/protocol/money.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { readAmount } from "../../shared/ui/amounts.ts";
import { MoneyField } from "../../shared/ui/fields.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Icon } from "../../shared/ui/icons.tsx";
import { Money } from "../../shared/ui/money.tsx";
import { Notice } from "../../shared/ui/surfaces.tsx";
import { tell } from "../../shared/ui/troubles.ts";
import { keepName, nameOf, ownLimits } from "../memory.ts";
import type { Purse, Seen } from "../purse.ts";
import { overOwnLimit } from "./own_limits.ts";
import type { Payee } from "./payee.ts";

const t = phrases({
  amount: ["How much", "付款金额"],
  available: ["There is ¥{amount} in the wallet", "钱包余额 ¥{amount}"],
  pay: ["Pay ¥{amount}", "付款 ¥{amount}"],
  pay_nothing: ["Pay", "付款"],
  name_hint: ["So it calls itself; what is paid is the number.", "名称由对方自填，款项付至该编号。"],
  over_own_single: ["More than you allow at once on this device", "超过您在本设备设置的单笔限额"],
  over_own_daily: ["More than you allow a day on this device", "超过您在本设备设置的每日限额"],
  over_own_next: ["Change your limits in the settings, or pay less.", "可在设置中修改限额，或减少金额。"],
  was_paid: ["You have paid this already", "您已支付过该笔"],
  was_paid_next: [
    "This code is for one payment. Look into the history; ask for a new code to pay again.",
    "该码仅可支付一次。请查看明细；如需再付，请让对方重新生成。",
  ],
  too_little: ["That is more than there is: exchange first.", "余额不足，请先兑出。"],
});

/** The last look; `onPaid` gets what became of the payment. */
export function Confirm({
  purse,
  seen,
  payee,
  onPaid,
}: {
  purse: Purse;
  seen: Seen;
  payee: Payee;
  onPaid: (payment: Payment) => void;
}) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const typed = payee.amount === null ? readAmount(text) : { fen: payee.amount, fault: undefined };
  const { account } = seen;
  const over = typed.fen === null ? null : overOwn(purse, seen, typed.fen);
  const tooLittle = typed.fen !== null && seen.connected && account !== null && typed.fen > account.balance;
  const pay = async () => {
    if (typed.fen === null) return;
    setBusy(true);
    setTrouble(null);
    try {
      const reference = payee.reference === null ? {} : { reference: payee.reference };
      const payment = await purse.held.pay(payee.wallet, typed.fen, { key: payee.key, ...reference });
      if (payee.name !== null) keepName(payee.wallet, payee.name);
      onPaid(payment);
      void purse.refresh();
    } catch (error) {
      setTrouble(error);
      setBusy(false);
    }
  };
  const told = trouble === null ? null : tell(trouble);
  return (
    <>
      <Whom payee={payee} />
      {payee.amount === null ? (
        <MoneyField
          label={t("amount")}
          hint={account === null ? undefined : t("available", { amount: yuan(account.balance) })}
          fault={typed.fault ?? (tooLittle ? t("too_little") : undefined)}
          text={text}
          onText={setText}
        />
      ) : (
        <p class="whole-amount">
          <Money fen={payee.amount} size="hero" />
        </p>
      )}
      {over === null ? null : (
        <Notice kind="warn" title={t(over)}>
          <p>{t("over_own_next")}</p>
        </Notice>
      )}
      {payee.wasPaid ? (
        <Notice kind="warn" title={t("was_paid")}>
          <p>{t("was_paid_next")}</p>
        </Notice>
      ) : null}
      {payee.amount !== null && tooLittle ? <Notice kind="warn" title={t("too_little")} /> : null}
      {told === null ? null : (
        <Notice kind="bad" title={told.title}>
          <p>{told.next}</p>
        </Notice>
      )}
      <Button
        look="main"
        size="large"
        wide
        busy={busy}
        disabled={typed.fen === null || typed.fen === 0n || over !== null || payee.wasPaid}
        onPress={() => void pay()}
      >
        {typed.fen === null ? t("pay_nothing") : t("pay", { amount: yuan(typed.fen) })}
      </Button>
    </>
  );
}

function Whom({ payee }: { payee: Payee }) {
  const name = payee.name ?? nameOf(payee.wallet);
  return (
    <div class="whom">
      <span class="row-sign">
        <Icon name={payee.name === null ? "user" : "shop"} />
      </span>
      <div>
        {name === null ? null : <p class="whom-name">{payee.city === null ? name : `${name} · ${payee.city}`}</p>}
        <p class="figures">{formatWalletId(payee.wallet)}</p>
        {payee.name === null ? null : <p class="soft small">{t("name_hint")}</p>}
      </div>
    </div>
  );
}

function overOwn(purse: Purse, seen: Seen, amount: bigint) {
  const open = seen.open.reduce((sum, payment) => sum + payment.amount, 0n);
  return overOwnLimit(ownLimits(purse.held.wallet), amount, (seen.account?.spentToday ?? 0n) + open);
}
