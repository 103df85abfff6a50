import type { Debt, Due } from '@blockpool/core'

/** As scripts take them: no due has a line feed. */
export function textOf(dues: readonly Due[]): string {
  return dues.map(encodeURIComponent).join('\n')
}

export function duesFrom(text: string): readonly Due[] {
  return text === '' ? [] : text.split('\n').map((due) => decodeURIComponent(due) as Due)
}

export function debtFrom(multihash: Uint8Array, dues: readonly Due[]): Debt {
  const of = (kind: 'delete:' | 'corrupt:'): string[] =>
    dues.filter((due) => due.startsWith(kind)).map((due) => due.slice(kind.length))
  return {
    multihash,
    copies: dues.includes('copies'),
    deleteFrom: of('delete:'),
    corruptIn: of('corrupt:'),
  }
}
