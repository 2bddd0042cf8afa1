/** A share of 0 to 1 as per cent, `-` for none. Never rounded up to 100 %. */
export const percent = (ratio: number | null): string =>
  ratio === null ? '-' : `${(Math.floor(ratio * 100_000) / 1_000).toFixed(ratio === 1 ? 0 : 3)}%`
