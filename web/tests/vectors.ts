/** Reads the tables in vectors/, which every language of the program reads. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const VECTORS = join(import.meta.dirname, "..", "..", "vectors");

/** A row by the names of its columns, or of its fields. */
export type Row = Readonly<Record<string, string>>;

/** A row of vectors/commands. */
export interface CommandRow {
  readonly command: string;
  readonly title: string;
  readonly fields: Row;
}

/** Return the lines of a table by the names of its columns; lines that begin with `#` are remarks. */
export function table(file: string): readonly Row[] {
  const [head = "", ...lines] = textOf(file)
    .split("\n")
    .filter((line) => !line.startsWith("#") && line !== "");
  const names = head.split("\t");
  return lines.map((line) => {
    const cells = line.split("\t");
    return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ""]));
  });
}

/** Return every row of vectors/commands. */
export function commandRows(): readonly CommandRow[] {
  const files = readdirSync(join(VECTORS, "commands")).sort();
  return files.flatMap((file) => textOf(join("commands", file)).split("\n== ").slice(1).map(commandRow));
}

/** Return the document of a JSON file. */
export function json(file: string): unknown {
  return JSON.parse(textOf(file));
}

function commandRow(part: string): CommandRow {
  const [head = "", ...lines] = part.split("\n");
  const [command = "", title = ""] = head.split(": ");
  const written = lines.filter((line) => line !== "");
  return {
    command,
    title,
    fields: Object.fromEntries(written.map((line) => [line.slice(0, 18).trimEnd(), line.slice(18)])),
  };
}

function textOf(file: string): string {
  return readFileSync(join(VECTORS, file), "utf8");
}
