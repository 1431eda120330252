/** The page of the till: whoever comes for the first time opens a wallet or joins a shop; everybody else goes to work. */

import { useEffect, useState } from "preact/hooks";
import type { HeldWallet } from "../../shared/holder/types.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { Frame, useLanguage } from "../../shared/ui/frame.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Notice, Spinner } from "../../shared/ui/surfaces.tsx";
import { Book } from "../book.ts";
import { keptWallet } from "../coming.ts";
import { Till } from "../till.ts";
import { Counter } from "./counter.tsx";
import { wordsOf } from "./words.ts";

const t = phrases({
  name: ["Till", "收银台"],
  beginning: ["The till begins …", "正在启动收银台……"],
  failed: ["The till cannot begin", "收银台无法启动"],
  again: ["Try again", "重试"],
});

/** How one comes: loaded for those who come, a till that works never needs it. */
type Rooms = typeof import("./coming/coming.tsx");
type Unwritten = import("./coming/coming.tsx").Unwritten;

type Stage =
  | Readonly<{ kind: "beginning" }>
  | Readonly<{ kind: "failed"; words: string }>
  | Readonly<{ kind: "coming"; book: Book; holder: HeldWallet | null; left: Unwritten | null; rooms: Rooms }>
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
      {stage.kind === "coming" ? (
        <stage.rooms.Coming
          book={stage.book}
          holder={stage.holder}
          left={stage.left}
          onCome={(till) => go({ kind: "working", till })}
        />
      ) : null}
    </Frame>
  );
}

async function begun(): Promise<Stage> {
  const book = await Book.open();
  const holder = await keptWallet();
  const shop = await book.shop();
  let left: Unwritten | null = null;
  if (holder !== null && shop !== null) {
    const [till, code] = [await Till.at(holder, book, shop), await holder.unwrittenCode()];
    if (code === null) return { kind: "working", till };
    left = { till, code };
  }
  return { kind: "coming", book, holder, left, rooms: await import("./coming/coming.tsx") };
}
