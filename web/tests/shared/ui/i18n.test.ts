import assert from "node:assert/strict";
import { test } from "node:test";

import { count, day, hour, isoDay, lately, moment, onLanguage, phrases, speak } from "../../../shared/ui/i18n.ts";

const t = phrases({ paid: ["Paid {amount} to {name}", "已向{name}付款{amount}"] });

// Both languages stand beside each other, and neither can be forgotten.
test("a phrase is said in the language that was chosen, with its values filled in", () => {
  const values = { amount: "¥12.50", name: "Bakery" };

  speak("en");
  assert.equal(t("paid", values), "Paid ¥12.50 to Bakery");
  speak("zh");
  assert.equal(t("paid", values), "已向Bakery付款¥12.50");
});

// A page is drawn again at once; one that is gone must not be.
test("whoever draws the page hears that the language has changed, until it stops listening", () => {
  let heard = 0;
  const end = onLanguage(() => {
    heard += 1;
  });

  speak("en");
  end();
  speak("zh");

  assert.equal(heard, 1);
});

// A name comes from a stranger's code: braces in it name nothing of ours.
test("a value is put in as it is, whatever it looks like", () => {
  speak("en");

  assert.equal(t("paid", { amount: "{name}", name: "$&" }), "Paid {name} to $&");
});

// 17:30 UTC is half past one of the next day there, and the daily limit is another one.
test("days and hours are those of Shanghai", () => {
  const late = Date.UTC(2026, 10, 27, 17, 30);

  speak("en");

  assert.equal(day(late), "28 Nov 2026");
  assert.equal(hour(late), "01:30");
  assert.equal(moment(late), "28 Nov 2026, 01:30");
  assert.equal(isoDay(late), "2026-11-28");
  assert.equal(count(1_234_567n), "1,234,567");
});

// A list is read at a glance: what everybody knows is left out of it.
test("a moment is said as shortly as it is clear", () => {
  const now = Date.UTC(2026, 10, 27, 12, 0);

  speak("en");

  assert.equal(lately(now - 3_600_000, now), "19:00");
  assert.equal(lately(now - 30 * 3_600_000, now), "26 Nov, 14:00");
  assert.equal(lately(Date.UTC(2025, 10, 27), now), "27 Nov 2025");
});
