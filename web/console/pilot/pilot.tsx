/** The pilot of Shenzhen and Suzhou, to watch: how far it is, who leads, what the gate wants, who has won. Live. */

import { LinkButton } from "../../shared/ui/actions.tsx";
import { Frame, useLanguage } from "../../shared/ui/frame.tsx";
import { count } from "../../shared/ui/i18n.ts";
import { Pairs } from "../../shared/ui/lists.tsx";
import { Badge, Card, Empty, Spinner } from "../../shared/ui/surfaces.tsx";
import type { Board, Standing } from "./boards.ts";
import { DrawPanel } from "./draw_panel.tsx";
import { ChartsPanel, RacePanel } from "./race_panel.tsx";
import { usePilot } from "./watching.ts";
import { GatePanel, WayPanel } from "./way_panel.tsx";
import { t } from "./words.ts";

const STALE_MS = 20_000;

/** The whole page. */
export function Pilot() {
  useLanguage();
  const { standing, boards, heardAt } = usePilot();
  const isLive = standing !== null && Date.now() - heardAt < STALE_MS;
  return (
    <Frame
      name={t("pilot")}
      wide
      side={<Badge kind={isLive ? "good" : "warn"}>{t(isLive ? "live" : "not_live")}</Badge>}
    >
      {standing === null ? <Spinner label={t("waiting")} /> : <Standings standing={standing} boards={boards} />}
    </Frame>
  );
}

function Standings({ standing, boards }: { standing: Standing; boards: readonly Board[] }) {
  const board = standing.newest;
  if (board === null) {
    return (
      <Card>
        <Empty icon="clock">{t("none")}</Empty>
      </Card>
    );
  }
  const before = standing.ended.find((each) => each.phase === 1) ?? board;
  return (
    <>
      <WayPanel standing={standing} />
      <RacePanel board={board} />
      <ChartsPanel board={board} boards={boards} />
      <div class="grid-2 pilot-pair">
        <GatePanel board={before} />
        <div class="pilot-column">
          <DrawPanel draw={standing.draw} />
          <ProofPanel board={board} />
        </div>
      </div>
    </>
  );
}

function ProofPanel({ board }: { board: Board }) {
  const signed = JSON.stringify({ board: board.message, certificate: board.certificate });
  return (
    <Card title={t("proof")}>
      <Pairs
        pairs={[
          [t("law"), <Badge kind={board.lawHolds ? "good" : "bad"}>{t(board.lawHolds ? "holds" : "broken")}</Badge>],
          [t("balances"), board.isFinal ? t(board.walletsAgree ? "yes" : "no") : t("not_looked")],
          [t("movements"), count(board.movements)],
          [t("frame"), count(board.upto)],
        ]}
      />
      <p class="small soft">{t("proof_more")}</p>
      <LinkButton
        icon="download"
        href={`data:application/json,${encodeURIComponent(signed)}`}
        download={`board-${board.phase}.json`}
      >
        {t("download_board")}
      </LinkButton>
    </Card>
  );
}
