/** The customer's own display: the shop, the code, the mark; nothing that one could press. */

import { useEffect, useState } from "preact/hooks";
import { useLanguage } from "../../../shared/ui/frame.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Mark } from "../../../shared/ui/icons.tsx";
import { type Shown, watch } from "../../display.ts";
import { Face } from "./face.tsx";

const t = phrases({
  welcome: ["Welcome", "欢迎光临"],
  waiting: ["The till begins", "请稍候"],
});

export function CustomerDisplay() {
  useLanguage();
  const [shown, show] = useState<Shown | null>(null);
  useEffect(() => watch(show), []);
  return (
    <main class="display">
      {shown?.sale == null ? (
        <div class="face">
          <span class="display-mark">
            <Mark />
          </span>
          <h1>{shown?.shop.name ?? t("waiting")}</h1>
          {shown === null ? null : <p class="soft">{t("welcome")}</p>}
        </div>
      ) : (
        <Face shop={shown.shop} sale={shown.sale} state={shown.state} />
      )}
    </main>
  );
}
