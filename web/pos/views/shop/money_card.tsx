/** What is in the shop's wallet, and the way from there to its deposit. */

import { useEffect, useState } from "preact/hooks";
import type { Account } from "../../../shared/holder/types.ts";
import { yuan } from "../../../shared/protocol/money.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { readAmount } from "../../../shared/ui/amounts.ts";
import { MoneyField } from "../../../shared/ui/fields.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Money } from "../../../shared/ui/money.tsx";
import { Card, Notice, Spinner } from "../../../shared/ui/surfaces.tsx";
import type { Till } from "../../till.ts";
import { useTill, useWork } from "../drawing.ts";

const t = phrases({
  money: ["Shop's wallet", "商户钱包"],
  home: ["Take the money home", "提现至银行账户"],
  home_hint: ["It is credited to the shop's deposit at its bank.", "款项将存入商户的银行账户。"],
  home_press: ["Redeem ¥{amount}", "兑回 ¥{amount}"],
  home_done: ["¥{amount} is in the shop's deposit.", "¥{amount} 已存入银行账户。"],
  home_open: ["The redemption is on its way; it goes on by itself.", "兑回处理中，会自动完成。"],
});

export function MoneyCard({ till }: { till: Till }) {
  useTill(till);
  const [account, setAccount] = useState<Account | null>(null);
  const [text, setText] = useState("");
  const [told, tell] = useState<string | null>(null);
  const reading = useWork();
  const work = useWork();
  const read = async () => setAccount(await till.holder.account());
  useEffect(() => reading.run(read), [till, till.lines.length]);
  const { fen, fault } = readAmount(text);
  const redeem = (amount: bigint) =>
    work.run(async () => {
      const redemption = await till.holder.redeem(amount);
      tell(redemption.state === "settled" ? t("home_done", { amount: yuan(amount) }) : t("home_open"));
      setText("");
      await read();
    });
  return (
    <Card title={t("money")}>
      {account === null ? <Spinner label={t("money")} /> : <Money fen={account.balance} size="hero" />}
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (fen !== null && fen > 0n) redeem(fen);
        }}
      >
        <MoneyField
          label={t("home")}
          size="text"
          hint={t("home_hint")}
          text={text}
          onText={setText}
          fault={fault ?? reading.fault ?? work.fault}
        />
        {told === null ? null : <Notice kind="good" title={told} />}
        <Button submit icon="bank" busy={work.isBusy} disabled={fen === null || fen === 0n}>
          {fen === null || fen === 0n ? t("home") : t("home_press", { amount: yuan(fen) })}
        </Button>
      </form>
    </Card>
  );
}
