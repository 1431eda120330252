/**
 * English and 中文, side by side: a page's words stand in one table, each phrase in both languages.
 *
 * 1. The language is what the person chose in this browser, else the first of the browser's that we have.
 * 2. A choice is told to whoever listens: the page is drawn again.
 * 3. Days and hours are those of Shanghai, whatever the device's own zone: a daily limit ends at midnight there.
 */

/** The languages that pages speak. */
export type Language = "en" | "zh";

/** One phrase in both languages; `{name}` stands for a value. */
export type Phrase = readonly [english: string, chinese: string];

/** What stands for the names in a phrase. */
export type Values = Readonly<Record<string, string | number>>;

const PLACE = "dcep.language";
const ZONE = "Asia/Shanghai";
const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", zh: "zh-CN" };

const listeners = new Set<() => void>();
let chosen: Language | null = null;

/** Return the language in which the page speaks. */
export function language(): Language {
  chosen ??= kept() ?? preferred();
  return chosen;
}

/** Speak another language from now on, in this browser. */
export function speak(next: Language): void {
  chosen = next;
  try {
    globalThis.localStorage?.setItem(PLACE, next);
  } catch {
    // A browser that keeps nothing still speaks it until the page is closed.
  }
  for (const listener of listeners) listener();
}

/** Call `listener` after each change of the language; the answer ends that. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/**
 * Return the reader of a table of phrases.
 *
 * @param table - of each key its phrase; a key that is not in it does not compile.
 * @returns `t(key, values)`, the phrase in the language of now with its values filled in.
 */
export function phrases<const Table extends Readonly<Record<string, Phrase>>>(
  table: Table,
): (key: keyof Table & string, values?: Values) => string {
  return (key, values = {}) => {
    const phrase: Phrase = table[key] ?? [key, key];
    return filled(phrase[language() === "en" ? 0 : 1], values);
  };
}

/** Return a moment as people read it: `27 Nov 2026, 14:05`. */
export function moment(ms: number): string {
  return shown(ms, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
}

/** Return a moment as shortly as it is clear today: the hour, or day and hour, or the day of another year. */
export function lately(ms: number, nowMs: number): string {
  const [then, now] = [isoDay(ms), isoDay(nowMs)];
  if (then === now) return hour(ms);
  if (then.slice(0, 4) !== now.slice(0, 4)) return day(ms);
  return shown(ms, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

/** Return the hour of a moment: `14:05`, or `14:05:09` with seconds. */
export function hour(ms: number, seconds = false): string {
  return shown(ms, { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) });
}

/** Return the day of a moment: `27 Nov 2026`. */
export function day(ms: number): string {
  return shown(ms, { day: "numeric", month: "short", year: "numeric" });
}

/** Return the day of a moment as it is sorted and filed: `2026-11-27`. */
export function isoDay(ms: number): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(ms);
}

/** Return a count with its thousands apart. */
export function count(value: number | bigint): string {
  return new Intl.NumberFormat(LOCALES[language()]).format(value);
}

/** Return a share of one as per cent, one decimal. */
export function share(value: number): string {
  return new Intl.NumberFormat(LOCALES[language()], { style: "percent", maximumFractionDigits: 1 }).format(value);
}

function shown(ms: number, form: Intl.DateTimeFormatOptions): string {
  // 3.
  return new Intl.DateTimeFormat(LOCALES[language()], { ...form, timeZone: ZONE, hourCycle: "h23" }).format(ms);
}

function filled(text: string, values: Values): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function kept(): Language | null {
  try {
    const found = globalThis.localStorage?.getItem(PLACE);
    return found === "en" || found === "zh" ? found : null;
  } catch {
    return null;
  }
}

function preferred(): Language {
  const first = (globalThis.navigator?.languages ?? []).find((tag) => /^(en|zh)\b/i.test(tag));
  return first?.toLowerCase().startsWith("zh") ? "zh" : "en";
}
