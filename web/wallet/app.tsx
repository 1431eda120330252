/** What the page is: looking for a wallet, opening one, or at work with it. */

import { useEffect, useState } from "preact/hooks";
import { Holder } from "../shared/holder/holder.ts";
import type { HeldWallet } from "../shared/holder/types.ts";
import { IconButton } from "../shared/ui/actions.tsx";
import { Frame, useLanguage } from "../shared/ui/frame.tsx";
import { phrases } from "../shared/ui/i18n.ts";
import { Notice, Spinner } from "../shared/ui/surfaces.tsx";
import { tell } from "../shared/ui/troubles.ts";
import { Home } from "./home.tsx";
import { FirstRun } from "./opening/first_run.tsx";
import { RecoveryCode } from "./opening/recovery_code.tsx";
import { Purse } from "./purse.ts";
import { go, useView } from "./views.ts";

const t = phrases({
  name: ["Wallet", "钱包"],
  looking: ["Looking for your wallet …", "正在读取钱包……"],
  settings: ["Settings", "设置"],
  home: ["Back to the wallet", "返回钱包"],
});

type Found = "looking" | "none" | Purse | Readonly<{ held: HeldWallet; code: string }> | Readonly<{ trouble: unknown }>;

/** The page. */
export function App() {
  useLanguage();
  const view = useView();
  const [found, setFound] = useState<Found>("looking");
  const begin = async (held: HeldWallet) => {
    const code = await held.unwrittenCode();
    setFound(code === null ? new Purse(held) : { held, code });
  };
  const written = async (held: HeldWallet) => {
    await held.codeIsWritten();
    await begin(held);
  };
  useEffect(() => {
    const look = async () => {
      const held = await Holder.kept("wallet");
      if (held === null) setFound("none");
      else await begin(held);
    };
    look().catch((trouble: unknown) => setFound({ trouble }));
  }, []);
  useEffect(() => {
    if (!(found instanceof Purse)) return undefined;
    void found.start();
    return () => found.stop();
  }, [found]);
  const side = !(found instanceof Purse) ? null : view.name === "home" ? (
    <IconButton icon="settings" label={t("settings")} onPress={() => go("settings")} />
  ) : (
    <IconButton icon="home" label={t("home")} onPress={() => go("home")} />
  );
  return (
    <Frame name={t("name")} wide={found instanceof Purse} side={side}>
      {found === "looking" ? (
        <Spinner label={t("looking")} />
      ) : found === "none" ? (
        <FirstRun onOpen={(held) => void begin(held)} />
      ) : found instanceof Purse ? (
        <Home purse={found} view={view} />
      ) : "held" in found ? (
        <RecoveryCode held={found.held} code={found.code} onDone={() => void written(found.held)} />
      ) : (
        <Notice kind="bad" title={tell(found.trouble).title}>
          <p>{tell(found.trouble).next}</p>
        </Notice>
      )}
    </Frame>
  );
}
