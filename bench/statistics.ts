/** The value that a `share` (0..1) of the sample does not exceed; NaN of nothing. */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (sample: readonly number[]): number => quantile(sample, 0.5)

/** Three digits are more than a shared machine can promise. */
export const rounded = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(3)) : value)

/** By how much an evenly taken sample rises from its first to its last: by Theil and Sen, which outliers do not move. */
export function growth(sample: readonly number[]): number {
  const slopes = sample.flatMap((from, n) => sample.slice(n + 1).map((to, gap) => (to - from) / (gap + 1)))
  return median(slopes) * (sample.length - 1)
}
