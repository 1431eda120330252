/** How a shop comes to this till: it opens a wallet, joins as a further till, or brings back what was lost. */

import { useState } from "preact/hooks";
import type { HeldWallet, Opening } from "../../../shared/holder/types.ts";
import { Tabs } from "../../../shared/ui/actions.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import type { Book, Shop } from "../../book.ts";
import { joining, openWallet, recoverWallet } from "../../coming.ts";
import { Till } from "../../till.ts";
import { JoiningForm } from "./joining.tsx";
import { OpeningForm } from "./opening.tsx";
import { RecoveringForm } from "./recovering.tsx";
import { RecoveryCode } from "./recovery_code.tsx";
import { ShopForm } from "./shop_form.tsx";

const t = phrases({
  hello: ["Take payments in digital currency", "数字人民币收银台"],
  hello_more: [
    "Type an amount, show the code, and see it paid in front of the customer: settled upon payment, final, without a fee.",
    "输入金额，出示收款码，顾客付款后即时到账：支付即结算，无手续费。",
  ],
  ways: ["How do you come?", "请选择"],
  open: ["New shop", "新商户"],
  join: ["Another till", "加入商户"],
  recover: ["Lost till", "恢复"],
});

/** A till whose recovery code nobody has written down yet. */
export type Unwritten = Readonly<{ till: Till; code: string }>;

/** The ways in; where a wallet is here already, its shop is asked for its name alone, or for what is still to be written. */
export function Coming({
  book,
  holder,
  left,
  onCome,
}: {
  book: Book;
  holder: HeldWallet | null;
  left: Unwritten | null;
  onCome: (till: Till) => void;
}) {
  const [unwritten, setUnwritten] = useState(left);
  const come = async (held: HeldWallet, shop: Shop) => {
    const [till, code] = [await Till.at(held, book, shop), await held.unwrittenCode()];
    if (code === null) onCome(till);
    else setUnwritten({ till, code });
  };
  const open = async (opening: Opening, shop: Shop) => {
    // Kept first: who closes the page while the operator works finds the shop named when he comes back.
    await book.keepShop(shop);
    await come(await openWallet(opening), shop);
  };
  const written = async (till: Till) => {
    await till.holder.codeIsWritten();
    onCome(till);
  };
  if (unwritten !== null) {
    const { till, code } = unwritten;
    return <RecoveryCode code={code} wallet={till.holder.wallet} onWritten={() => void written(till)} />;
  }
  if (holder !== null) return <ShopForm onNamed={(shop) => come(holder, shop)} />;
  return <Ways open={open} come={come} />;
}

function Ways({
  open,
  come,
}: {
  open: (opening: Opening, shop: Shop) => Promise<void>;
  come: (held: HeldWallet, shop: Shop) => Promise<void>;
}) {
  const [way, choose] = useState<"open" | "join" | "recover">("open");
  return (
    <>
      <div class="stack-close">
        <h2>{t("hello")}</h2>
        <p class="soft">{t("hello_more")}</p>
      </div>
      <Tabs
        label={t("ways")}
        tabs={(["open", "join", "recover"] as const).map((name) => ({ name, label: t(name) }))}
        chosen={way}
        onChoose={choose}
      />
      {way === "open" ? <OpeningForm open={open} /> : null}
      {way === "join" ? <JoiningForm joining={joining} onJoined={come} /> : null}
      {way === "recover" ? <RecoveringForm recover={recoverWallet} onRecovered={come} /> : null}
    </>
  );
}
