import { stripVTControlCharacters } from 'node:util'

export interface Column {
  readonly title: string
  /** Numbers go to the right. @default 'left' */
  readonly align?: 'left' | 'right' | undefined
}

/** Lines of a table with its columns aligned; cells may be coloured. Two spaces divide columns. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map((column) => column.title), ...rows]
  const widths = columns.map((_, at) => Math.max(...all.map((cells) => width(cells[at] ?? ''))))
  return all.map((cells) =>
    columns
      .map((column, at) => fit(cells[at] ?? '', widths[at] ?? 0, column.align ?? 'left'))
      .join('  ')
      .trimEnd(),
  )
}

function fit(cell: string, columnWidth: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, columnWidth - width(cell)))
  return align === 'left' ? cell + space : space + cell
}

function width(text: string): number {
  return [...stripVTControlCharacters(text)].length
}
