/** A till was lost: the shop's number and the recovery code bring the wallet here, and the lost one is worth nothing. */

import { useState } from "preact/hooks";
import type { HeldWallet } from "../../../shared/holder/types.ts";
import { parseWalletId, type WalletId } from "../../../shared/protocol/ids.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { Field } from "../../../shared/ui/fields.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Card, Notice, Spinner } from "../../../shared/ui/surfaces.tsx";
import type { Shop } from "../../book.ts";
import { useWork } from "../drawing.ts";
import { ShopFields } from "./shop_fields.tsx";

const t = phrases({
  title: ["Bring the shop's wallet back", "恢复商户钱包"],
  more: [
    "Whatever the lost device may have signed never happens, and its key opens nothing any more.",
    "丢失设备上尚未生效的指令将全部作废，其密钥立即失效。",
  ],
  number: ["Shop's number", "商户钱包编号"],
  code: ["Recovery code", "恢复码"],
  go: ["Bring it back", "恢复"],
  working: ["The ledger makes the lost device worthless …", "正在作废丢失设备……"],
  failed: ["The wallet was not brought back", "未能恢复钱包"],
});

export function RecoveringForm({
  recover,
  onRecovered,
}: {
  recover: (wallet: WalletId, code: string) => Promise<HeldWallet>;
  onRecovered: (holder: HeldWallet, shop: Shop) => Promise<void>;
}) {
  const [shop, setShop] = useState<Shop>({ name: "", city: "" });
  const [number, setNumber] = useState("");
  const [code, setCode] = useState("");
  const work = useWork();
  return (
    <Card title={t("title")}>
      <p class="soft">{t("more")}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          work.run(async () => onRecovered(await recover(parseWalletId(number), code), shop));
        }}
      >
        <Field label={t("number")} text={number} onText={setNumber} kind="tel" required limit={24} />
        <Field label={t("code")} text={code} onText={setCode} required limit={200} />
        <ShopFields shop={shop} onShop={setShop} />
        {work.isBusy ? <Spinner label={t("working")} /> : null}
        {work.fault === undefined ? null : (
          <Notice kind="bad" title={t("failed")}>
            <p>{work.fault}</p>
          </Notice>
        )}
        <Button look="main" size="large" wide submit busy={work.isBusy}>
          {t("go")}
        </Button>
      </form>
    </Card>
  );
}
