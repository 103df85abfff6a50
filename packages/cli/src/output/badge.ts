/** How many cases ended so. */
export interface CaseCounts {
  readonly passed: number
  readonly failed: number
  /** Of which the store does not offer what they need. */
  readonly skipped: number
}

const LABEL = 'blockpool'
/** Pixels for a letter of 11 pixels, and beside the text. */
const LETTER = 7
const MARGIN = 6
const HEIGHT = 20
/** Contrast to white of 5 to 1 and more, which WCAG 2.2 asks for small text (1.4.3). */
const COLORS = { label: '#444', passed: '#0a7d33', failed: '#c0261d' }

/** How every badge of ours begins: one is replaced, another file is not. */
export const badgeStart = '<svg xmlns="http://www.w3.org/2000/svg" class="blockpool-conformance" role="img"'

/** An SVG with the words "blockpool | 87 of 87": cases that passed of those that apply; red unless it is all of them. */
export function formatBadge({ passed, failed, skipped }: CaseCounts): string {
  const value = `${passed} of ${passed + failed}`
  const [left, right] = [widthOf(LABEL), widthOf(value)]
  const color = failed === 0 && passed > 0 ? COLORS.passed : COLORS.failed
  const title = `Blockpool conformance: ${value} cases passed, ${skipped} do not apply`
  return `${badgeStart} aria-label="${title}" width="${left + right}" height="${HEIGHT}">
  <title>${title}</title>
  <rect width="${left}" height="${HEIGHT}" fill="${COLORS.label}"/>
  <rect x="${left}" width="${right}" height="${HEIGHT}" fill="${color}"/>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
    ${textAt(left / 2, LABEL)}
    ${textAt(left + right / 2, value)}
  </g>
</svg>
`
}

function widthOf(text: string): number {
  return text.length * LETTER + 2 * MARGIN
}

/** The length is given, so that the text fits whatever font there is. */
function textAt(x: number, text: string): string {
  return `<text x="${x}" y="14" textLength="${text.length * LETTER}">${text}</text>`
}
