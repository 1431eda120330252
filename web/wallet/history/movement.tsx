/**
 * One movement: what it was, the receipt that proves it, and what can still be made of it.
 *
 * 1. The receipt is checked on this device: the command's signature, its outcome, the path to the header, and the signature
 *    of a worker of the ledger. Nobody's word is taken.
 * 2. A payment that was made can be asked back: a code names it, and the shop's till reads the code.
 * 3. A payment that was received can be paid back, all of it or a part; all refunds together are at most the payment.
 */

import { useEffect, useState } from "preact/hooks";
import type { Movement, Proof } from "../../shared/holder/types.ts";
import { formatWalletId } from "../../shared/protocol/ids.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { moment, phrases } from "../../shared/ui/i18n.ts";
import { Pairs } from "../../shared/ui/lists.tsx";
import { Money } from "../../shared/ui/money.tsx";
import { Sheet } from "../../shared/ui/sheet.tsx";
import { Notice, Spinner } from "../../shared/ui/surfaces.tsx";
import { tell } from "../../shared/ui/troubles.ts";
import { nameOf } from "../memory.ts";
import type { Purse, Seen } from "../purse.ts";
import { RefundAsked, RefundGiven } from "./refunds.tsx";
import { kindName } from "./rows.tsx";
import { saveFile } from "./saving.ts";

const t = phrases({
  sought: ["Movement", "动账"],
  unknown: ["This wallet's history has no such movement", "明细中没有这笔动账"],
  unknown_next: [
    "Check that the code is for this wallet, and look again in a moment.",
    "请确认该码属于本钱包，并稍后再试。",
  ],
  looking: ["Looking for the movement …", "正在查找……"],
  name: ["Calls itself", "对方名称"],
  number: ["Wallet", "钱包编号"],
  when: ["When", "时间"],
  balance: ["Balance after it", "动账后余额"],
  order: ["Order", "指令号"],
  checking: ["Checking the receipt …", "正在验证回执……"],
  holds: ["The receipt holds", "回执验证通过"],
  holds_more: [
    "Checked on this device: signed by {payer}, settled at {moment}, sealed by the ledger. It proves the payment to anybody.",
    "已在本设备验证：由 {payer} 签名，{moment} 结算，账本已签章。可向任何人证明该笔付款。",
  ],
  save: ["Save the receipt", "保存回执"],
  ask: ["Ask for a refund", "申请退款"],
  give: ["Pay back", "退款"],
});

/** The sheet of a movement, by its command; it may still have to be looked for. */
export function MovementSheet({
  purse,
  seen,
  command,
  onClose,
}: {
  purse: Purse;
  seen: Seen;
  command: string;
  onClose: () => void;
}) {
  const movement = seen.movements.find((line) => line.command === command);
  const [step, setStep] = useState<"shown" | "asked" | "given">("shown");
  const [searched, setSearched] = useState(false);
  useEffect(() => {
    if (movement !== undefined) return;
    purse.all().then(
      () => setSearched(true),
      () => setSearched(true),
    );
  }, [purse, movement]);
  if (movement === undefined) {
    return (
      <Sheet title={t("sought")} onClose={onClose}>
        {searched ? (
          <Notice kind="warn" title={t("unknown")}>
            <p>{t("unknown_next")}</p>
          </Notice>
        ) : (
          <Spinner label={t("looking")} />
        )}
      </Sheet>
    );
  }
  const title = step === "asked" ? t("ask") : step === "given" ? t("give") : kindName(movement.kind);
  return (
    <Sheet title={title} onClose={onClose}>
      {step === "asked" ? (
        <RefundAsked purse={purse} movement={movement} />
      ) : step === "given" ? (
        <RefundGiven purse={purse} movement={movement} onDone={onClose} />
      ) : (
        <Shown purse={purse} movement={movement} onAsk={() => setStep("asked")} onGive={() => setStep("given")} />
      )}
    </Sheet>
  );
}

function Shown({
  purse,
  movement,
  onAsk,
  onGive,
}: {
  purse: Purse;
  movement: Movement;
  onAsk: () => void;
  onGive: () => void;
}) {
  const { counterparty } = movement;
  const name = nameOf(counterparty);
  return (
    <>
      {movement.amount === 0n ? null : <Money fen={movement.amount} size="hero" way={movement.effect} />}
      <Pairs
        pairs={[
          ...(name === null ? [] : [[t("name"), name] as const]),
          ...(counterparty === null ? [] : [[t("number"), formatWalletId(counterparty)] as const]),
          [t("when"), moment(movement.atMs)],
          [t("balance"), <Money fen={movement.balance} />],
          [t("order"), <span class="code small">{movement.command.slice(0, 16)}…</span>],
        ]}
      />
      <Receipt purse={purse} movement={movement} />
      {movement.kind === "paid" ? (
        <Button icon="refund" wide onPress={onAsk}>
          {t("ask")}
        </Button>
      ) : null}
      {movement.kind === "received" ? (
        <Button icon="refund" wide onPress={onGive}>
          {t("give")}
        </Button>
      ) : null}
    </>
  );
}

// 1.
function Receipt({ purse, movement }: { purse: Purse; movement: Movement }) {
  const [proof, setProof] = useState<Proof | null>(null);
  const [trouble, setTrouble] = useState<unknown>(null);
  useEffect(() => {
    purse.held.receipt(movement).then(setProof, setTrouble);
  }, [purse, movement.command]);
  if (trouble !== null) {
    return (
      <Notice kind="warn" icon="shield" title={tell(trouble).title}>
        <p>{tell(trouble).next}</p>
      </Notice>
    );
  }
  if (proof === null) return <Spinner label={t("checking")} />;
  return (
    <Notice kind="good" icon="shield" title={t("holds")}>
      <p>{t("holds_more", { payer: formatWalletId(proof.payer), moment: moment(proof.atMs) })}</p>
      <Button
        look="bare"
        icon="download"
        onPress={() =>
          saveFile(`${proof.command.slice(0, 16)}.receipt`, "application/octet-stream", proof.receipt.slice())
        }
      >
        {t("save")}
      </Button>
    </Notice>
  );
}
