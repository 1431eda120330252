/** The tills of the shop: one is let in by the code that it shows, and taken out by two presses. */

import { useEffect, useState } from "preact/hooks";
import { formatWalletId } from "../../../shared/protocol/ids.ts";
import { type Device, LANES } from "../../../shared/protocol/slots.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { Field } from "../../../shared/ui/fields.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { List, Row } from "../../../shared/ui/lists.tsx";
import { Badge, Card, Notice, Spinner } from "../../../shared/ui/surfaces.tsx";
import type { Till } from "../../till.ts";
import { letTillIn, takeTillOut, tillsOf } from "../../tills.ts";
import { useWork } from "../drawing.ts";

const t = phrases({
  tills: ["Tills", "收银台"],
  till: ["Till {till}", "{till} 号收银台"],
  this_till: ["this till", "本机"],
  take_out: ["Take out", "移出"],
  take_out_sure: ["Take till {till} out now", "确认移出 {till} 号收银台"],
  let_in: ["Let a till in", "添加收银台"],
  let_in_how: [
    "Open this page on the new device, choose Another till, and type the shop's number there. Then type here the code that it shows.",
    "在新设备上打开本页面，选择“加入商户”，输入下面的商户钱包编号，然后在这里输入新设备显示的配对码。",
  ],
  number: ["Shop's number", "商户钱包编号"],
  code: ["Pairing code", "配对码"],
  changed: ["Done. Each till sees all payments of the shop.", "已完成。每个收银台都能看到本店全部收款。"],
  full: ["Four tills hold this wallet: take one out before another comes in.", "已有四个收银台，添加前请先移出一个。"],
});

export function TillsCard({ till }: { till: Till }) {
  const [tills, setTills] = useState<readonly Device[] | null>(null);
  const [code, setCode] = useState("");
  const [isChanged, setChanged] = useState(false);
  const work = useWork();
  const read = async () => setTills(await tillsOf(till.holder));
  useEffect(() => work.run(read), [till]);
  const change = (by: () => Promise<void>) =>
    work.run(async () => {
      setChanged(false);
      await by();
      setCode("");
      setChanged(true);
      await read();
    });
  const rowOf = (lane: number) => (
    <TillRow
      key={lane}
      lane={lane}
      isThis={lane === till.holder.lane}
      isBusy={work.isBusy}
      onTakeOut={() => change(() => takeTillOut(till.holder, lane))}
    />
  );
  return (
    <Card title={t("tills")}>
      {tills === null ? <Spinner label={t("tills")} /> : null}
      <List label={t("tills")}>{(tills ?? []).map(({ lane }) => rowOf(lane))}</List>
      <LetIn
        till={till}
        isFull={(tills?.length ?? 0) >= LANES}
        code={code}
        onCode={setCode}
        fault={work.fault}
        isBusy={work.isBusy}
        onLetIn={() => change(() => letTillIn(till.holder, code))}
      />
      {isChanged ? <Notice kind="good" title={t("changed")} /> : null}
    </Card>
  );
}

/** A till; it is taken out by two presses, the second one after the words have changed. */
function TillRow({
  lane,
  isThis,
  isBusy,
  onTakeOut,
}: {
  lane: number;
  isThis: boolean;
  isBusy: boolean;
  onTakeOut: () => void;
}) {
  const [isSure, ask] = useState(false);
  const end = isThis ? (
    <Badge kind="good">{t("this_till")}</Badge>
  ) : (
    <Button look={isSure ? "danger" : "bare"} busy={isBusy} onPress={isSure ? onTakeOut : () => ask(true)}>
      {isSure ? t("take_out_sure", { till: lane + 1 }) : t("take_out")}
    </Button>
  );
  return <Row icon="shop" title={t("till", { till: lane + 1 })} end={end} />;
}

function LetIn({
  till,
  isFull,
  code,
  onCode,
  fault,
  isBusy,
  onLetIn,
}: {
  till: Till;
  isFull: boolean;
  code: string;
  onCode: (code: string) => void;
  fault: string | undefined;
  isBusy: boolean;
  onLetIn: () => void;
}) {
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onLetIn();
      }}
    >
      <h3>{t("let_in")}</h3>
      <p class="soft small">{isFull ? t("full") : t("let_in_how")}</p>
      <p>
        <span class="soft small">{t("number")}</span>
        <br />
        <strong class="figures shop-number">{formatWalletId(till.holder.wallet)}</strong>
      </p>
      <Field label={t("code")} text={code} onText={onCode} fault={fault} placeholder="XXXX-XXXX-XXXX" limit={20} />
      <Button look="main" submit icon="plus" disabled={code.trim() === ""} busy={isBusy}>
        {t("let_in")}
      </Button>
    </form>
  );
}
