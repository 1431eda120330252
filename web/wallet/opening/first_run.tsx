/**
 * A browser without a wallet: one is opened, or one that was on a lost device is brought back. The key is made here and
 * never leaves; the operator is shown what the class asks for.
 */

import { useState } from "preact/hooks";
import { Holder } from "../../shared/holder/holder.ts";
import type { HeldWallet } from "../../shared/holder/types.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Card } from "../../shared/ui/surfaces.tsx";
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
});

/** The first run; `onOpen` gets the wallet when there is one. */
export function FirstRun({ onOpen }: { onOpen: (held: HeldWallet) => void }) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const [recovering, setRecovering] = useState(false);
  const open = async ({ walletClass, evidence }: Shown) => {
    setBusy(true);
    setTrouble(null);
    try {
      const { held } = await Holder.open("wallet", { walletClass, evidence, untilWritten: true });
      onOpen(held);
    } catch (error) {
      setTrouble(error);
    } finally {
      setBusy(false);
    }
  };
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
