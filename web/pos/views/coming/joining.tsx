/** A further till of a shop: it shows the code of its key, and waits until a till of the shop has let it in. */

import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../../../shared/holder/trouble.ts";
import type { HeldWallet } from "../../../shared/holder/types.ts";
import { parseWalletId, type WalletId } from "../../../shared/protocol/ids.ts";
import { formatPairingCode } from "../../../shared/protocol/pairing_codes.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { Field } from "../../../shared/ui/fields.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Card, Notice, Spinner } from "../../../shared/ui/surfaces.tsx";
import type { Shop } from "../../book.ts";
import type { Joining } from "../../coming.ts";
import { useWork } from "../drawing.ts";
import { wordsOf } from "../words.ts";
import { ShopFields } from "./shop_fields.tsx";

const t = phrases({
  title: ["Join a shop as another till", "加入商户，成为新的收银台"],
  number: ["Shop's number", "商户钱包编号"],
  number_hint: ["16 digits. A till of the shop shows it under Shop.", "16 位数字，可在本店收银台的“商户”页查看。"],
  go: ["Show the pairing code", "显示配对码"],
  code: ["Pairing code", "配对码"],
  type_it: [
    "Type this code at a till of the shop, under Shop. This one begins to work by itself then.",
    "请在本店任一收银台的“商户 — 添加收银台”中输入此配对码，之后本机将自动开始工作。",
  ],
  waiting: ["Waiting to be let in", "等待添加"],
  trouble: ["The operator cannot be asked now", "暂时无法联系运营机构"],
});

const ASK_MS = 2_000;

export function JoiningForm({
  joining,
  onJoined,
}: {
  joining: Joining;
  onJoined: (holder: HeldWallet, shop: Shop) => Promise<void>;
}) {
  const [shop, setShop] = useState<Shop>({ name: "", city: "" });
  const [number, setNumber] = useState("");
  const [wallet, wait] = useState<WalletId | null>(null);
  const work = useWork();
  if (wallet !== null) {
    return <Waiting joining={joining} wallet={wallet} onJoined={(holder) => onJoined(holder, shop)} />;
  }
  return (
    <Card title={t("title")}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          work.run(async () => wait(parseWalletId(number)));
        }}
      >
        <Field
          label={t("number")}
          hint={t("number_hint")}
          fault={work.fault}
          text={number}
          onText={setNumber}
          kind="tel"
          required
          limit={24}
        />
        <ShopFields shop={shop} onShop={setShop} />
        <Button look="main" size="large" wide submit icon="key">
          {t("go")}
        </Button>
      </form>
    </Card>
  );
}

function Waiting({
  joining,
  wallet,
  onJoined,
}: {
  joining: Joining;
  wallet: WalletId;
  onJoined: (holder: HeldWallet) => Promise<void>;
}) {
  const [code, setCode] = useState<string | null>(null);
  const [fault, setFault] = useState<string | undefined>(undefined);
  useEffect(() => {
    let isWaiting = true;
    let next: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        // Said again each time: the operator forgets who has waited too long.
        setCode(await joining.announce());
        const holder = await joining.join(wallet);
        if (isWaiting) await onJoined(holder);
        return;
      } catch (error) {
        setFault(error instanceof Trouble && error.code === "not_yet_let_in" ? undefined : wordsOf(error));
      }
      if (isWaiting) next = setTimeout(() => void ask(), ASK_MS);
    };
    void ask();
    return () => {
      isWaiting = false;
      clearTimeout(next);
    };
  }, [joining, wallet]);
  return (
    <Card title={t("code")}>
      {code === null ? <Spinner label={t("code")} /> : <p class="pairing-code">{formatPairingCode(code)}</p>}
      <p>{t("type_it")}</p>
      {fault === undefined ? (
        <Spinner label={t("waiting")} />
      ) : (
        <Notice kind="warn" icon="offline" title={t("trouble")}>
          <p>{fault}</p>
        </Notice>
      )}
    </Card>
  );
}
