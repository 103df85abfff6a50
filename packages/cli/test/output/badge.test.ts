import { expect, it } from 'vitest'
import { badgeStart, formatBadge } from '../../src/output/badge.ts'

it('says how many of the cases that apply have passed', () => {
  const badge = formatBadge({ passed: 87, failed: 0, skipped: 9 })
  expect(badge.startsWith(badgeStart)).toBe(true)
  expect(badge).toContain('>blockpool</text>')
  expect(badge).toContain('>87 of 87</text>')
})

it('has another colour as soon as one has failed, and when none has passed', () => {
  const fillOf = (badge: string): string | undefined => /<rect x="\d+"[^>]*fill="(#\w+)"/.exec(badge)?.[1]
  const green = fillOf(formatBadge({ passed: 87, failed: 0, skipped: 0 }))
  const red = fillOf(formatBadge({ passed: 86, failed: 1, skipped: 0 }))
  expect(green).toMatch(/^#/)
  expect(red).not.toBe(green)
  expect(fillOf(formatBadge({ passed: 0, failed: 0, skipped: 87 }))).toBe(red)
})
