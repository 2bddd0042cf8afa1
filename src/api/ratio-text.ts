/** A share of 0 to 1 as per cent, `-` for none. Never rounded up to 100 %. */
export const percent = (ratio: number | null): string =>
  ratio === null ? '-' : `${(Math.floor(ratio * 100_000) / 1_000).toFixed(ratio === 1 ? 0 : 3)}%`

/** A share of 0 to 1 in whole per cent, never rounded down to none. */
export const share = (ratio: number): string =>
  ratio > 0 && ratio < 0.01 ? '<1%' : `${ratio > 0.99 ? Math.floor(ratio * 100) : Math.round(ratio * 100)}%`
