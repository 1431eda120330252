/** The device was lost: number and recovery code put a new key in force, and the old one may do nothing any more. */

import { useState } from "preact/hooks";
import { Holder } from "../../shared/holder/holder.ts";
import type { HeldWallet } from "../../shared/holder/types.ts";
import { BadWalletId, parseWalletId, type WalletId } from "../../shared/protocol/ids.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { Field } from "../../shared/ui/fields.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Card, Notice } from "../../shared/ui/surfaces.tsx";
import { tell } from "../../shared/ui/troubles.ts";

const t = phrases({
  recover: ["Recover a wallet", "恢复钱包"],
  more: [
    "This device gets a key of its own, and the lost one's may do nothing any more. Payments that it had signed and that have no answer never happen.",
    "本设备将生成新密钥，丢失设备上的密钥随即失效；其已签名但尚无结果的付款不会再发生。",
  ],
  number: ["Wallet number, 16 digits", "钱包编号（16 位）"],
  code: ["Recovery code", "恢复码"],
  wrong: ["A digit is wrong. Check each against the paper.", "编号有误，请逐位核对。"],
  action: ["Recover", "恢复"],
  back: ["Open a new one instead", "改为开立新钱包"],
});

/** The form; `onOpen` gets the wallet when it is back. */
export function Recovering({ onOpen, onBack }: { onOpen: (held: HeldWallet) => void; onBack: () => void }) {
  const [number, setNumber] = useState("");
  const [code, setCode] = useState("");
  const [fault, setFault] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const recover = async (event: Event) => {
    event.preventDefault();
    const wallet = walletOf(number);
    setFault(wallet === null ? t("wrong") : undefined);
    if (wallet === null || busy) return;
    setBusy(true);
    setTrouble(null);
    try {
      onOpen(await Holder.recover("wallet", wallet, code.trim()));
    } catch (error) {
      setTrouble(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={t("recover")}>
      <p class="soft">{t("more")}</p>
      <form class="stack" onSubmit={recover} noValidate>
        <Field label={t("number")} kind="decimal" limit={24} text={number} onText={setNumber} fault={fault} />
        <Field label={t("code")} kind="lines" limit={256} text={code} onText={setCode} />
        {trouble === null ? null : (
          <Notice kind="bad" title={tell(trouble).title}>
            <p>{tell(trouble).next}</p>
          </Notice>
        )}
        <Button look="main" size="large" wide submit busy={busy}>
          {t("action")}
        </Button>
      </form>
      <Button look="bare" onPress={onBack}>
        {t("back")}
      </Button>
    </Card>
  );
}

function walletOf(typed: string): WalletId | null {
  try {
    return parseWalletId(typed);
  } catch (error) {
    if (error instanceof BadWalletId) return null;
    throw error;
  }
}
