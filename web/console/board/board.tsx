/** The supply board of the central bank: all money there is, where it is, and whether the law holds. Live. */

import type { Trouble } from "../../shared/holder/trouble.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { Frame, useLanguage } from "../../shared/ui/frame.tsx";
import { count } from "../../shared/ui/i18n.ts";
import { Badge, Card, Notice, Spinner } from "../../shared/ui/surfaces.tsx";
import { useStaff } from "../staff/coming_in.ts";
import type { Screen } from "../staff/screen.ts";
import { TroubleNotice } from "../staff/trouble_notice.tsx";
import { ChartsPanel } from "./charts_panel.tsx";
import { OfficersPanel, OperatorsPanel, RulesPanel } from "./governance_panel.tsx";
import { HoldersPanel } from "./holders_panel.tsx";
import { judge } from "./law.ts";
import { LawPanel } from "./law_panel.tsx";
import { PicturePanel } from "./picture_panel.tsx";
import type { Supply } from "./supply.ts";
import { useGovernance, useSeconds, useWatch } from "./watching.ts";
import { t } from "./words.ts";

/** The whole page. */
export function Board() {
  useLanguage();
  const [staff, out] = useStaff();
  const screen = staff.kind === "here" ? staff.screen : null;
  const { told, changes } = useWatch(screen, out);
  const governance = useGovernance();
  const now = useSeconds();
  const ageMs = told === null ? 0 : now - told.heardAt;
  const judgement = judge(told?.supply.figures ?? null, ageMs);
  const atMs = told?.supply.atMs ?? 0;
  return (
    <Frame name={t("board")} wide side={<Side screen={screen} isLive={judgement !== "unknown"} out={out} />}>
      {staff.kind === "nobody" && staff.trouble !== null ? <TroubleNotice trouble={staff.trouble} /> : null}
      <LawPanel judgement={judgement} figures={told?.supply.figures ?? null} atMs={atMs} ageMs={ageMs} />
      {told === null ? (
        <Spinner label={t("waiting")} />
      ) : (
        <>
          <PicturePanel figures={told.supply.figures} />
          <ChartsPanel changes={changes} nowMs={atMs} />
          <HoldersPanel supply={told.supply} />
        </>
      )}
      {governance === null ? null : (
        <>
          <OperatorsPanel admitted={governance.admitted} figures={told?.operators ?? null} />
          <div class="grid-2">
            <RulesPanel rules={governance.rules} nowMs={atMs === 0 ? now : atMs} />
            <OfficersPanel board={governance.officers} />
          </div>
        </>
      )}
      {told === null ? null : <Proof supply={told.supply} />}
    </Frame>
  );
}

function Side({
  screen,
  isLive,
  out,
}: {
  screen: Screen | null;
  isLive: boolean;
  out: (trouble: Trouble | null) => void;
}) {
  return (
    <>
      <Badge kind={isLive ? "good" : "warn"}>
        <span class="live-dot" data-live={isLive} aria-hidden="true" />
        {t(isLive ? "live" : "not_live")}
      </Badge>
      {screen === null ? null : (
        <Button look="bare" icon="user" onPress={() => screen.leave().finally(() => out(null))}>
          <span class="leave-words">{t("leave", { name: screen.admission.name })}</span>
        </Button>
      )}
    </>
  );
}

function Proof({ supply }: { supply: Supply }) {
  return (
    <Card title={t("proof")}>
      <p class="side-by-side">
        {supply.frames.map(([ledger, seq]) => (
          <Badge key={ledger}>{t("frame", { ledger, seq: count(seq) })}</Badge>
        ))}
      </p>
      <p class="small soft">{t("proof_more")}</p>
      {supply.reserveAssurance.includes("simulated") ? <Notice title={t("simulated")} /> : null}
    </Card>
  );
}
