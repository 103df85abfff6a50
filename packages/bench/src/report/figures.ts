/** Three significant digits, thousands with commas, and k or M where there are more than four. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 999_500) return `${digits(value / 1e6)} M`
  if (size >= 9_995) return `${digits(value / 1e3)} k`
  return digits(value)
}

export function ratio(value: number | null): string {
  return value === null ? '' : `${digits(value)} ×`
}

/** '± 4 %': half of the spread to each side. */
export function plusMinus(spread: number): string {
  return Number.isFinite(spread) ? `± ${digits((spread / 2) * 100, 2)} %` : ''
}

function digits(value: number, significant = 3): string {
  const whole = Math.abs(value) >= 10 ** (significant - 1)
  const rounded = whole ? Math.round(value) : Number(value.toPrecision(significant))
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 6 })
}
