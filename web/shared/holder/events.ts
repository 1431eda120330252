/** Hearing of what happens: server-sent events, read from a request that this device signs.
 *
 * 1. An event ends at a blank line. One that was cut before it is none, and comes again.
 * 2. The id of the last whole event is sent as `Last-Event-ID` when the stream is opened anew: nothing is missed.
 * 3. A stream that breaks is opened again, at once where it ended well, later where nobody answers; the end of a time
 *    without a network wakes it. Silence of more than two heartbeats is a dead connection, and so is one of which the
 *    browser knows that its network is gone.
 */

import type { Door } from "./door.ts";
import { Told } from "./reading.ts";
import { movementOf, orderOf } from "./records.ts";
import { offline, strange } from "./trouble.ts";
import type { ListenOptions, WalletEvent } from "./types.ts";

// A service says something every 15 s.
const SILENCE_MS = 40_000;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const MAX_DATA = 64 * 1024;

/** Reads the lines of one stream after another. */
export class EventReader {
  /** The id behind which the next stream begins; null begins with what is new. */
  after: number | null;
  #fields = new Map<string, string>();
  #rest = "";

  constructor(after: number | null = null) {
    this.after = after;
  }

  /** Begin another stream: what was cut is forgotten. */
  begin(): Readonly<Record<string, string>> {
    this.#fields = new Map();
    this.#rest = "";
    return { Accept: "text/event-stream", ...(this.after !== null && { "Last-Event-ID": String(this.after) }) };
  }

  /** Take a piece of the stream, and return the events that end in it.
   *
   * @throws Later: `strange_answer`: this is no stream of events.
   */
  feed(piece: string): readonly WalletEvent[] {
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > MAX_DATA) throw strange("an event is too long");
    return lines.map((line) => this.#take(line.replace(/\r$/, ""))).filter((event) => event !== null);
  }

  #take(line: string): WalletEvent | null {
    // 1.
    if (line !== "") {
      this.#keep(line);
      return null;
    }
    const fields = this.#fields;
    this.#fields = new Map();
    const data = fields.get("data");
    if (data === undefined) return null;
    const id = Number(fields.get("id") ?? "-");
    if (!Number.isSafeInteger(id)) throw strange("an event has a number");
    // 2.
    this.after = id;
    return eventOf(id, fields.get("event") ?? "", data);
  }

  #keep(line: string): void {
    const colon = line.indexOf(":");
    const [name, value] = colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
    if (name !== "id" && name !== "event" && name !== "data") return;
    const before = name === "data" ? this.#fields.get("data") : undefined;
    this.#fields.set(name, before === undefined ? value : `${before}\n${value}`);
    if ((this.#fields.get(name)?.length ?? 0) > MAX_DATA) throw strange("an event is too long");
  }
}

/** Tell of events until the returned function is called. */
export function listen(
  door: Door,
  onEvent: (event: WalletEvent) => void,
  { after, onConnection }: ListenOptions = {},
): () => void {
  const [reader, stopped] = [new EventReader(after ?? null), new AbortController()];
  const tell = (connected: boolean) => {
    if (!stopped.signal.aborted) onConnection?.(connected);
  };
  // A fault of whoever hears it is his own, and breaks no stream.
  const tellOf = (event: WalletEvent) => queueMicrotask(() => stopped.signal.aborted || onEvent(event));
  const run = async () => {
    let pauseMs = SHORTEST_PAUSE_MS;
    while (!stopped.signal.aborted) {
      try {
        // 3.
        for await (const piece of stream(door, reader, stopped.signal, () => tell(true))) {
          pauseMs = SHORTEST_PAUSE_MS;
          for (const event of reader.feed(piece)) tellOf(event);
        }
      } catch {
        tell(false);
        await pause(pauseMs, stopped.signal);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
    }
  };
  void run();
  return () => stopped.abort();
}

async function* stream(
  door: Door,
  reader: EventReader,
  stopped: AbortSignal,
  begun: () => void,
): AsyncGenerator<string> {
  const path = `/v1/wallets/${door.keyid}/events`;
  const silent = new AbortController();
  const signal = AbortSignal.any([stopped, silent.signal]);
  const headers = { ...(await door.seal("GET", path)), ...reader.begin() };
  const end = () => silent.abort();
  let watch = setTimeout(end, SILENCE_MS);
  addEventListener("offline", end);
  try {
    const answer = await fetch(path, { headers, cache: "no-store", credentials: "omit", signal });
    if (!answer.ok || answer.body === null) throw offline();
    begun();
    const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    while (true) {
      const { done, value } = await pieces.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(end, SILENCE_MS);
      yield value;
    }
  } finally {
    clearTimeout(watch);
    removeEventListener("offline", end);
  }
}

function eventOf(id: number, name: string, data: string): WalletEvent | null {
  const told = new Told(parsed(data));
  if (name === "payment") return { id, name, movement: movementOf(told) };
  // What a newer operator tells besides is for newer pages.
  return name === "order" ? { id, name, order: orderOf(told) } : null;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw strange("an event is JSON");
  }
}

/** Wait; whoever stops, and a network that is there again, end it. */
function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end, { once: true });
    stopped.addEventListener("abort", end, { once: true });
  });
}
