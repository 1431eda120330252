/**
 * The recovery code, before anything else: whoever has it on paper loses nothing with the device. It is shown, also by a
 * page that is opened again, until its holder says that it is written down; then it is nowhere but on the paper.
 */

import type { HeldWallet } from "../../shared/holder/types.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Icon } from "../../shared/ui/icons.tsx";
import { Card, Notice } from "../../shared/ui/surfaces.tsx";

const t = phrases({
  recovery: ["Write down your recovery code", "请抄写恢复码"],
  recovery_title: ["It is worth as much as the wallet", "恢复码等同于钱包本身"],
  recovery_more: [
    "If this device is lost, number and code bring the wallet back on another one. Whoever has both has your money: keep them on paper, away from the device. The code is not shown again.",
    "设备丢失时，可凭钱包编号和恢复码在其他设备上找回钱包。知道两者的人即可动用您的资金，请抄在纸上并与设备分开保管。恢复码不会再次显示。",
  ],
  number: ["Wallet number", "钱包编号"],
  code: ["Recovery code", "恢复码"],
  written: ["I have written it down", "我已抄好"],
  copy: ["Copy", "复制"],
});

/** The card with number and code. */
export function RecoveryCode({ held, code, onDone }: { held: HeldWallet; code: string; onDone: () => void }) {
  return (
    <Card title={t("recovery")} side={<Icon name="key" />}>
      <Notice kind="warn" icon="shield" title={t("recovery_title")}>
        <p>{t("recovery_more")}</p>
      </Notice>
      <dl class="stack">
        <div>
          <dt class="soft small">{t("number")}</dt>
          <dd class="code">{held.wallet}</dd>
        </div>
        <div>
          <dt class="soft small">{t("code")}</dt>
          <dd class="code recovery-code">{code}</dd>
        </div>
      </dl>
      <Button icon="copy" onPress={() => void navigator.clipboard.writeText(`${held.wallet}\n${code}`)}>
        {t("copy")}
      </Button>
      <Button look="main" size="large" wide onPress={onDone}>
        {t("written")}
      </Button>
    </Card>
  );
}
