/** From where to where a chart reaches. */

/** Return from where to where a chart reaches: a flat line stands in its middle, and zero at its foot. */
export function rangeOf(least: number | null, most: number | null, fromZero: boolean): [number, number] {
  const [low, high] = [least ?? 0, most ?? 0];
  if (fromZero) return [Math.min(0, low), high <= 0 ? 1 : high * 1.1];
  const room = high > low ? (high - low) * 0.15 : Math.max(1, Math.abs(high) * 0.05);
  return [low - room, high + room];
}
