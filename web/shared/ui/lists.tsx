/** Many of one kind: lists for phones, tables for desks. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons.tsx";

/** A list of rows. */
export function List({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <ul class="list" aria-label={label}>
      {children}
    </ul>
  );
}

/** A row of a list; with `onPress` the whole of it is pressed. */
export function Row({
  icon,
  title,
  more,
  end,
  endMore,
  onPress,
}: {
  icon?: IconName | undefined;
  title: ComponentChildren;
  more?: ComponentChildren;
  end?: ComponentChildren;
  endMore?: ComponentChildren;
  onPress?: (() => void) | undefined;
}) {
  const content = (
    <>
      <span class="row-sign">{icon === undefined ? null : <Icon name={icon} size={20} />}</span>
      <span class="row-words">
        <span class="row-title">{title}</span>
        {more === undefined ? null : <span class="row-more">{more}</span>}
      </span>
      <span class="row-end">
        {end}
        {endMore === undefined ? null : <span class="row-more">{endMore}</span>}
      </span>
    </>
  );
  if (onPress === undefined) {
    return (
      <li>
        <div class="row">{content}</div>
      </li>
    );
  }
  return (
    <li>
      <button class="row" type="button" onClick={onPress}>
        {content}
      </button>
    </li>
  );
}

/** Names and what they are, such as the lines of a receipt. */
export function Pairs({ pairs }: { pairs: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="pairs">
      {pairs.flatMap(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} is`}>{value}</dd>])}
    </dl>
  );
}

/** A column of a table. */
export type Column<Item> = Readonly<{
  name: string;
  show: (item: Item) => ComponentChildren;
  /** Numbers stand at the end of their column. */
  kind?: "text" | "number";
}>;

/** A table; it can be wider than its room, and is then moved by keyboard or finger. */
export function Table<Item>({
  caption,
  columns,
  items,
  keyOf,
}: {
  caption: string;
  columns: readonly Column<Item>[];
  items: readonly Item[];
  keyOf: (item: Item) => string | number;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be moved must be reachable by keyboard.
    <section class="table-room" tabIndex={0} aria-label={caption}>
      <table class="table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" data-kind={column.kind ?? "text"}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map((column) => (
                <td key={column.name} data-kind={column.kind ?? "text"}>
                  {column.show(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
