/**
 * A browser without a wallet: one is opened, or one that was on a lost device is brought back.
 *
 * 1. The key is made here and never leaves. The operator is shown what the class asks for.
 * 2. The recovery code is shown once, before anything else: whoever has it on paper loses nothing with the device.
 */

import { useState } from "preact/hooks";
import { Holder } from "../../shared/holder/holder.ts";
import type { HeldWallet } from "../../shared/holder/types.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Icon } from "../../shared/ui/icons.tsx";
import { Card, Notice } from "../../shared/ui/surfaces.tsx";
import { EvidenceForm, type Shown } from "./evidence.tsx";
import { Recovering } from "./recovering.tsx";

const t = phrases({
  welcome: ["Digital yuan, in this browser", "浏览器里的数字人民币"],
  welcome_more: [
    "The key of your wallet is made on this device and never leaves it. Opening takes a minute and costs nothing.",
    "钱包密钥在本机生成，不会离开本设备。一分钟即可免费开立。",
  ],
  open: ["Open the wallet", "开立钱包"],
  have: ["I have a wallet: recover it", "已有钱包，去恢复"],
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

/** The first run; `onOpen` gets the wallet when there is one. */
export function FirstRun({ onOpen }: { onOpen: (held: HeldWallet) => void }) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const [recovering, setRecovering] = useState(false);
  const [opened, setOpened] = useState<{ held: HeldWallet; code: string } | null>(null);
  const open = async ({ walletClass, evidence }: Shown) => {
    setBusy(true);
    setTrouble(null);
    try {
      // 1.
      const { held, recoveryCode } = await Holder.open("wallet", { walletClass, evidence });
      if (recoveryCode === null) onOpen(held);
      else setOpened({ held, code: recoveryCode });
    } catch (error) {
      setTrouble(error);
    } finally {
      setBusy(false);
    }
  };
  // 2.
  if (opened !== null) return <RecoveryCode {...opened} onDone={() => onOpen(opened.held)} />;
  if (recovering) return <Recovering onOpen={onOpen} onBack={() => setRecovering(false)} />;
  return (
    <>
      <section class="welcome">
        <h2>{t("welcome")}</h2>
        <p>{t("welcome_more")}</p>
      </section>
      <Card>
        <EvidenceForm action={t("open")} busy={busy} trouble={trouble} onShow={open} />
      </Card>
      <Button look="bare" icon="key" onPress={() => setRecovering(true)}>
        {t("have")}
      </Button>
    </>
  );
}

function RecoveryCode({ held, code, onDone }: { held: HeldWallet; code: string; onDone: () => void }) {
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
