/** The draw of red envelopes, and whether a ticket has won. */

import { useState } from "preact/hooks";
import { yuan } from "../../shared/protocol/money.ts";
import { LinkButton } from "../../shared/ui/actions.tsx";
import { Field } from "../../shared/ui/fields.tsx";
import { count, moment } from "../../shared/ui/i18n.ts";
import { Pairs } from "../../shared/ui/lists.tsx";
import { Card, Empty, Notice } from "../../shared/ui/surfaces.tsx";
import { type Draw, ticketIn } from "./boards.ts";
import { t } from "./words.ts";

/** How the draw stands. */
export function DrawPanel({ draw }: { draw: Draw | null }) {
  if (draw === null) {
    return (
      <Card title={t("draw")}>
        <Empty icon="clock">{t("draw_none")}</Empty>
      </Card>
    );
  }
  const isShown = draw.shownAtMs !== null;
  return (
    <Card title={t("draw")}>
      <p>
        {t(isShown ? "draw_shown" : "draw_committed", {
          winners: count(draw.envelopes),
          tickets: count(draw.tickets),
          amount: yuan(draw.amount),
          frame: count(draw.frame),
        })}
      </p>
      <Pairs
        pairs={[
          [t("committed_at"), moment(draw.committedAtMs)],
          [t("shown_at"), draw.shownAtMs === null ? t("to_come") : moment(draw.shownAtMs)],
        ]}
      />
      {isShown ? <Finder winners={draw.winners} /> : null}
      {isShown ? (
        <LinkButton icon="download" href="/v1/pilot/draw" download="draw.json">
          {t("download_draw")}
        </LinkButton>
      ) : null}
    </Card>
  );
}

function Finder({ winners }: { winners: readonly string[] }) {
  const [typed, type] = useState("");
  const ticket = ticketIn(typed);
  const fault = typed.trim().length >= 64 && ticket === null ? t("bad_ticket") : undefined;
  const hasWon = ticket !== null && winners.includes(ticket);
  return (
    <>
      <Field label={t("find_ticket")} hint={t("find_hint")} text={typed} onText={type} fault={fault} limit={128} />
      {ticket === null ? null : (
        <Notice kind={hasWon ? "good" : "plain"} title={t(hasWon ? "has_won" : "has_not_won")} />
      )}
    </>
  );
}
