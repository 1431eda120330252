/** A till that its shop has taken out, or whose currency is no more, is cleared: it can join a shop, or open one, again. */

import { useState } from "preact/hooks";
import { Button } from "../../../shared/ui/actions.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { clearTill } from "../../coming.ts";
import { useWork } from "../drawing.ts";

const t = phrases({
  clear: ["Clear this till", "清除本机数据"],
  sure: ["Clear it for ever: its key and its sales", "确认永久清除本机密钥和收款记录"],
});

export function Leaving() {
  const [isSure, ask] = useState(false);
  const work = useWork();
  const clear = () =>
    work.run(async () => {
      await clearTill();
      location.reload();
    });
  return (
    <div>
      <Button look={isSure ? "danger" : "plain"} busy={work.isBusy} onPress={isSure ? clear : () => ask(true)}>
        {isSure ? t("sure") : t("clear")}
      </Button>
    </div>
  );
}
