import { styleText } from 'node:util'
import type { Environment } from '@blockpool/config'
import type { Output } from '../io.ts'

type Paint = (text: string) => string

/** Colours and weights for text; without colour each returns what it is given. */
export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly red: Paint
  readonly cyan: Paint
}

export function createStyle(color: boolean): Style {
  const paint = (format: keyof Style): Paint =>
    color ? (text) => styleText(format, text, { validateStream: false }) : (text) => text
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    green: paint('green'),
    yellow: paint('yellow'),
    red: paint('red'),
    cyan: paint('cyan'),
  }
}

/** Colour is for terminals that can show it, unless `NO_COLOR` (https://no-color.org) or `FORCE_COLOR` says otherwise. */
export function wantsColor(output: Output, env: Environment): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0'
  return output.isTTY === true && env.TERM !== 'dumb'
}
