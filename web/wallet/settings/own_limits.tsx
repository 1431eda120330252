/** The holder's own limits on this device. */

import { useState } from "preact/hooks";
import type { WalletId } from "../../shared/protocol/ids.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { readAmount, typedText } from "../../shared/ui/amounts.ts";
import { MoneyField } from "../../shared/ui/fields.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Card, Notice } from "../../shared/ui/surfaces.tsx";
import { keepLimits, ownLimits } from "../memory.ts";

const t = phrases({
  title: ["Your own limits on this device", "本设备自设限额"],
  more: ["Below those of the class. Empty is no limit of your own.", "低于类别限额。留空表示不设。"],
  single: ["One payment", "单笔"],
  daily: ["A day", "每日"],
  keep: ["Keep", "保存"],
  kept: ["Your limits are kept on this device", "限额已保存在本设备"],
});

/** The card with both limits. */
export function OwnLimitsCard({ wallet }: { wallet: WalletId }) {
  const [before] = useState(() => ownLimits(wallet));
  const [single, setSingle] = useState(before.single === null ? "" : typedText(before.single));
  const [daily, setDaily] = useState(before.daily === null ? "" : typedText(before.daily));
  const [kept, setKept] = useState(false);
  const [one, day] = [readAmount(single), readAmount(daily)];
  const submitted = (event: Event) => {
    event.preventDefault();
    if (one.fault !== undefined || day.fault !== undefined) return;
    keepLimits(wallet, { single: one.fen, daily: day.fen });
    setKept(true);
  };
  const typed = (set: (text: string) => void) => (text: string) => {
    setKept(false);
    set(text);
  };
  return (
    <Card title={t("title")}>
      <form class="stack" onSubmit={submitted} noValidate>
        <p class="soft">{t("more")}</p>
        <MoneyField size="text" label={t("single")} text={single} onText={typed(setSingle)} fault={one.fault} />
        <MoneyField size="text" label={t("daily")} text={daily} onText={typed(setDaily)} fault={day.fault} />
        <Button look="main" submit>
          {t("keep")}
        </Button>
        {kept ? <Notice kind="good" title={t("kept")} /> : null}
      </form>
    </Card>
  );
}
