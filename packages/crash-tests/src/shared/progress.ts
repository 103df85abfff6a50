/** Tells people on a terminal how far a long run is, about once a second. */
export function progress(what: string, of: number): (done: number) => void {
  let last = Date.now()
  return (done) => {
    if (!process.stderr.isTTY || (Date.now() - last < 1_000 && done < of)) return
    last = Date.now()
    process.stderr.write(`\r${done} of ${of} ${what}${done === of ? '\n' : ''}`)
  }
}
