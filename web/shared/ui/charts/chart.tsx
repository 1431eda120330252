/**
 * Charts, drawn by uPlot, which is loaded when the first one is wanted.
 *
 * A canvas says nothing to whoever cannot see it: `label` says what is drawn, and the legend what it comes to, at the
 * end or where the pointer is. Colours are those of the page, and change with it from light to dark.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./chart.css";
import { useLanguage } from "../frame.tsx";
import { day, hour } from "../i18n.ts";
import { rangeOf } from "./ranges.ts";

/** One of the page's chart colours, `--chart-1` to `--chart-8`. */
export type Colour = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What a column of a chart is called and how it is drawn. */
export type Series = Readonly<{ name: string; colour: Colour; look?: "line" | "area" | "bars" }>;

/** Columns of one chart: where along the axis, ascending, and for each series a value there or none. */
export type ChartColumns = readonly [readonly number[], ...(readonly (number | null)[])[]];

type Told = Readonly<{
  label: string;
  series: readonly Series[];
  columns: ChartColumns;
  /** How a value is written. */
  write: (value: number) => string;
  /** What stands along the axis: moments in seconds since 1970, or names for 0, 1, 2, … */
  axis?: "time" | readonly string[];
  /** Whether values are counts: nothing stands between two whole numbers. */
  whole?: boolean;
  /** Whether the values begin at zero; else the chart shows where they differ. */
  fromZero?: boolean;
}>;

const HEIGHT = 208;
const DAY_S = 86_400;
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000, 1_000_000];

/** A chart of one or more series over one axis. */
export function Chart({ label, series, columns, write, axis = "time", whole = false, fromZero = true }: Told) {
  const room = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot | null>(null);
  const newest = useRef(columns);
  newest.current = columns;
  const [pointed, point] = useState<number | null>(null);
  const scheme = useScheme();
  const language = useLanguage();
  const names = series.map((each) => each.name).join("\n");
  const places = axis === "time" ? axis : axis.join("\n");
  useEffect(() => {
    const place = room.current;
    if (place === null) return;
    let gone = false;
    const size = new ResizeObserver(() => drawn.current?.setSize({ width: place.clientWidth, height: HEIGHT }));
    import("uplot").then(({ default: draw }) => {
      if (gone) return;
      drawn.current = new draw(
        optionsOf(place, { label, series, columns, write, axis, whole, fromZero }, draw, point),
        newest.current as unknown as uPlot.AlignedData,
        place,
      );
      size.observe(place);
    });
    return () => {
      gone = true;
      size.disconnect();
      drawn.current?.destroy();
      drawn.current = null;
    };
  }, [scheme, language, names, places, fromZero]);
  useEffect(() => drawn.current?.setData(columns as unknown as uPlot.AlignedData), [columns]);
  const shown = pointed ?? columns[0].length - 1;
  return (
    <figure class="chart">
      <div class="chart-room" ref={room} role="img" aria-label={label} />
      <figcaption class="chart-legend">
        {series.map((each, at) => (
          <span class="chart-entry" key={each.name}>
            <span class="chart-swatch" data-colour={each.colour} aria-hidden="true" />
            {each.name}
            <strong class="figures">{worth(columns[at + 1]?.[shown], write)}</strong>
          </span>
        ))}
        <span class="chart-when">{pointed === null ? "" : placeName(columns[0][pointed] ?? 0, axis)}</span>
      </figcaption>
    </figure>
  );
}

function optionsOf(
  place: HTMLElement,
  { series, write, axis, whole, fromZero }: Required<Told>,
  draw: typeof uPlot,
  point: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const lines = { stroke: colour("--line"), width: 1 };
  const words = { stroke: colour("--ink-soft"), font: `12px ${style.fontFamily}`, grid: lines, ticks: { show: false } };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [12, 8, 0, 0],
    scales: {
      x: { time: axis === "time", ...(axis === "time" ? {} : { range: [-0.6, axis.length - 0.4] }) },
      y: { range: (_, least, most) => rangeOf(least, most, fromZero) },
    },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    axes: [
      {
        ...words,
        grid: { show: false },
        size: 28,
        // A moment takes more room than a name.
        space: axis === "time" ? 72 : 36,
        values: (_, splits, __, ___, step) => splits.map((at) => placeName(at, axis, step)),
        ...(axis === "time" ? {} : { incrs: [1] }),
      },
      { ...words, size: 76, values: (_, splits) => splits.map(write), ...(whole ? { incrs: COUNTS } : {}) },
    ],
    series: [{}, ...series.map((each) => seriesOf(each, colour(`--chart-${each.colour}`), draw))],
    hooks: { setCursor: [(chart) => point(chart.cursor.idx ?? null)] },
  };
}

function seriesOf({ name, look = "line" }: Series, colour: string, draw: typeof uPlot): uPlot.Series {
  const base = { label: name, stroke: colour, width: 2, points: { show: false } };
  if (look === "bars") {
    const paths = draw.paths.bars?.({ size: [0.6, 48], radius: 0.2 });
    return { ...base, width: 0, fill: colour, ...(paths === undefined ? {} : { paths }) };
  }
  // What is kept is a state that lasts until the next change: steps, no slopes.
  const paths = draw.paths.stepped?.({ align: 1 });
  return {
    ...base,
    ...(paths === undefined ? {} : { paths }),
    ...(look === "area" ? { fill: `color-mix(in srgb, ${colour} 16%, transparent)` } : {}),
  };
}

function placeName(at: number, axis: "time" | readonly string[], step = 1): string {
  if (axis !== "time") return axis[at] ?? "";
  return step >= DAY_S ? day(at * 1_000) : hour(at * 1_000, step < 60);
}

function worth(value: number | null | undefined, write: (value: number) => string): string {
  return value === null || value === undefined ? "–" : write(value);
}

function useScheme(): boolean {
  const [dark, heard] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const asked = matchMedia("(prefers-color-scheme: dark)");
    const changed = () => heard(asked.matches);
    asked.addEventListener("change", changed);
    return () => asked.removeEventListener("change", changed);
  }, []);
  return dark;
}
