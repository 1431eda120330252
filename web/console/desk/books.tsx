/** Reconciliation: the four books of the last days, and each break of them by its name. */

import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../../shared/holder/trouble.ts";
import { Chart } from "../../shared/ui/charts/chart.tsx";
import { count, isoDay } from "../../shared/ui/i18n.ts";
import { Table } from "../../shared/ui/lists.tsx";
import { Badge, Card, Spinner } from "../../shared/ui/surfaces.tsx";
import { signedYuan } from "../amounts.tsx";
import { TroubleNotice } from "../staff/trouble_notice.tsx";
import { asked, type Shift } from "./asking.ts";
import { type Books as BooksOfADay, type Break, booksIn } from "./counter.ts";
import { daysBefore } from "./looking_up.ts";
import { t } from "./words.ts";

const DAYS = 7;
const ID = 12;
const MONTH_AT = "2026-".length;

type Held = Readonly<{ books: BooksOfADay | null; trouble: Trouble | null }>;

/** The books of the last seven days that have ended. */
export function Books({ shift }: { shift: Shift }) {
  const [days] = useState(() => daysBefore(isoDay(Date.now()), DAYS));
  const [held, hold] = useState<Readonly<Record<string, Held>>>({});
  useEffect(() => {
    let gone = false;
    const readAll = async () => {
      // One after the other, the newest first: each asks the ledger about all that moved that day.
      for (const day of days) {
        const one = await booksOf(shift, day);
        if (gone) return;
        hold((known) => ({ ...known, [day]: one }));
      }
    };
    readAll();
    return () => {
      gone = true;
    };
  }, []);
  const ended = [...days].reverse();
  const allocated = days.map((day) => held[day]?.books?.allocated).find((each) => each !== undefined);
  const breaks = ended.map((day) => held[day]?.books?.breaks.length ?? null);
  return (
    <Card title={t("books_title")}>
      <p class="soft">{t("books_hint")}</p>
      {allocated === undefined ? null : <p class="soft">{t("books_allocated", { sum: signedYuan(allocated) })}</p>}
      {breaks.some((each) => each !== null && each > 0) ? (
        <Chart
          label={t("chart_breaks")}
          series={[{ name: t("chart_breaks"), colour: 7, look: "bars" }]}
          columns={[ended.map((_, at) => at), breaks]}
          write={count}
          whole
          axis={ended.map((day) => day.slice(MONTH_AT))}
        />
      ) : null}
      <ul class="days">
        {days.map((day) => (
          <Day key={day} day={day} held={held[day]} />
        ))}
      </ul>
      <p class="small soft">{t("break_meaning")}</p>
    </Card>
  );
}

/** Return the books of a day, or why they cannot be held. */
export async function booksOf(shift: Shift, day: string): Promise<Held> {
  try {
    const told = await asked(shift, (screen) => screen.ask("GET", `/v1/reconciliation/${day}`));
    return { books: booksIn(told), trouble: null };
  } catch (error) {
    if (error instanceof Trouble) return { books: null, trouble: error };
    throw error;
  }
}

/** Whether the books of a day agree. */
export function Agreement({ breaks }: { breaks: number }) {
  if (breaks === 0) return <Badge kind="good">{t("agree")}</Badge>;
  return <Badge kind="bad">{t("breaks", { count: count(breaks) })}</Badge>;
}

function Day({ day, held }: { day: string; held: Held | undefined }) {
  const books = held?.books ?? null;
  return (
    <li class="day">
      <div class="card-head">
        <h3 class="figures">{day}</h3>
        {books === null ? null : <Agreement breaks={books.breaks.length} />}
      </div>
      {held === undefined ? <Spinner label={t("reading", { day })} /> : null}
      {held?.trouble ? <TroubleNotice trouble={held.trouble} /> : null}
      {books === null || books.breaks.length === 0 ? null : <Breaks day={day} breaks={books.breaks} />}
    </li>
  );
}

function Breaks({ day, breaks }: { day: string; breaks: readonly Break[] }) {
  return (
    <Table
      caption={t("breaks_caption", { day })}
      items={breaks}
      keyOf={(each) => `${each.kind} ${each.subject} ${each.says}`}
      columns={[
        { name: t("column_kind"), show: (each) => <span class="code">{each.kind}</span> },
        { name: t("column_order"), show: (each) => <span class="code small">{subjectName(each.subject)}</span> },
        { name: t("column_difference"), show: (each) => each.says },
      ]}
    />
  );
}

function subjectName(subject: string): string {
  return subject === "vault" || subject === "clearing" ? t(subject) : subject.slice(0, ID);
}
