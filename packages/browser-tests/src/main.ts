import { sizes } from './sizes.ts'

for (const { name, bytes, limitBytes } of await sizes()) {
  console.log(`${(bytes / 1_024).toFixed(1).padStart(6)} KiB of ${(limitBytes / 1_024).toFixed(1)}  ${name}`)
}
