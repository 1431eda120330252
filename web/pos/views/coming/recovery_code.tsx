/** The recovery code, shown once: who has it and the shop's number brings the wallet back to another device. */

import { useState } from "preact/hooks";
import { formatWalletId, type WalletId } from "../../../shared/protocol/ids.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Pairs } from "../../../shared/ui/lists.tsx";
import { Card } from "../../../shared/ui/surfaces.tsx";

const t = phrases({
  title: ["Write the recovery code down", "请抄写恢复码"],
  more: [
    "If this device is lost, this code and the shop's number bring the wallet back. It is shown once. Keep it where the till is not: whoever has it can take the money.",
    "设备丢失时，可凭恢复码和商户钱包编号恢复钱包。恢复码只显示一次，请与设备分开保管：持有者可动用钱包资金。",
  ],
  number: ["Shop's number", "商户钱包编号"],
  sure: ["I have written it down", "我已抄写恢复码"],
  go: ["Begin to sell", "开始收款"],
});

export function RecoveryCode({ code, wallet, onWritten }: { code: string; wallet: WalletId; onWritten: () => void }) {
  const [isWritten, write] = useState(false);
  return (
    <Card title={t("title")}>
      <p>{t("more")}</p>
      <p class="recovery-code">{code}</p>
      <Pairs pairs={[[t("number"), <strong key="number">{formatWalletId(wallet)}</strong>]]} />
      <label class="side-by-side check">
        <input type="checkbox" checked={isWritten} onChange={(event) => write(event.currentTarget.checked)} />
        <span>{t("sure")}</span>
      </label>
      <Button look="main" size="large" wide disabled={!isWritten} onPress={onWritten}>
        {t("go")}
      </Button>
    </Card>
  );
}
