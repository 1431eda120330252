/** The page of the till: whoever comes for the first time opens a wallet or joins a shop; everybody else goes to work. */

import { useEffect, useState } from "preact/hooks";
import type { HeldWallet, Opening } from "../../shared/holder/types.ts";
import { Button, Tabs } from "../../shared/ui/actions.tsx";
import { Frame, useLanguage } from "../../shared/ui/frame.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Notice, Spinner } from "../../shared/ui/surfaces.tsx";
import { Book, type Shop } from "../book.ts";
import { joining, keptWallet, openWallet, recoverWallet } from "../coming.ts";
import { Till } from "../till.ts";
import { JoiningForm } from "./coming/joining.tsx";
import { OpeningForm } from "./coming/opening.tsx";
import { RecoveringForm } from "./coming/recovering.tsx";
import { RecoveryCode } from "./coming/recovery_code.tsx";
import { ShopForm } from "./coming/shop_form.tsx";
import { Counter } from "./counter.tsx";
import { wordsOf } from "./words.ts";

const t = phrases({
  name: ["Till", "收银台"],
  hello: ["Take payments in digital currency", "数字人民币收银台"],
  hello_more: [
    "Type an amount, show the code, and see it paid in front of the customer: settled upon payment, final, without a fee.",
    "输入金额，出示收款码，顾客付款后即时到账：支付即结算，无手续费。",
  ],
  ways: ["How do you come?", "请选择"],
  open: ["New shop", "新商户"],
  join: ["Another till", "加入商户"],
  recover: ["Lost till", "恢复"],
  beginning: ["The till begins …", "正在启动收银台……"],
  failed: ["The till cannot begin", "收银台无法启动"],
  again: ["Try again", "重试"],
});

type Stage =
  | Readonly<{ kind: "beginning" }>
  | Readonly<{ kind: "failed"; words: string }>
  | Readonly<{ kind: "coming"; book: Book }>
  | Readonly<{ kind: "naming"; book: Book; holder: HeldWallet }>
  | Readonly<{ kind: "recovery"; code: string; till: Till }>
  | Readonly<{ kind: "working"; till: Till }>;

export function App() {
  useLanguage();
  const [stage, go] = useState<Stage>({ kind: "beginning" });
  const begin = () => {
    go({ kind: "beginning" });
    begun().then(go, (error: unknown) => go({ kind: "failed", words: wordsOf(error) }));
  };
  useEffect(begin, []);
  if (stage.kind === "working") return <Counter till={stage.till} />;
  return (
    <Frame name={t("name")}>
      {stage.kind === "beginning" ? <Spinner label={t("beginning")} /> : null}
      {stage.kind === "failed" ? (
        <Notice kind="bad" title={t("failed")}>
          <p>{stage.words}</p>
          <Button onPress={begin}>{t("again")}</Button>
        </Notice>
      ) : null}
      {stage.kind === "coming" ? <Coming book={stage.book} go={go} /> : null}
      {stage.kind === "naming" ? (
        <ShopForm onNamed={async (shop) => go(await working(stage.holder, stage.book, shop))} />
      ) : null}
      {stage.kind === "recovery" ? (
        <RecoveryCode
          code={stage.code}
          wallet={stage.till.holder.wallet}
          onWritten={() => go({ kind: "working", till: stage.till })}
        />
      ) : null}
    </Frame>
  );
}

function Coming({ book, go }: { book: Book; go: (stage: Stage) => void }) {
  const [way, choose] = useState<"open" | "join" | "recover">("open");
  const come = async (holder: HeldWallet, shop: Shop) => go(await working(holder, book, shop));
  const open = async (opening: Opening, shop: Shop) => {
    // Kept first: who closes the page while the operator works finds the shop named when he comes back.
    await book.keepShop(shop);
    const { holder, recoveryCode } = await openWallet(opening);
    const stage = await working(holder, book, shop);
    go(recoveryCode === null ? stage : { kind: "recovery", code: recoveryCode, till: stage.till });
  };
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

async function begun(): Promise<Stage> {
  const book = await Book.open();
  const holder = await keptWallet();
  if (holder === null) return { kind: "coming", book };
  const shop = await book.shop();
  return shop === null ? { kind: "naming", book, holder } : working(holder, book, shop);
}

async function working(holder: HeldWallet, book: Book, shop: Shop) {
  await book.keepShop(shop);
  const till = new Till(holder, book, shop);
  await till.begin();
  return { kind: "working" as const, till };
}
