// A process of its own: says so many lines at once.
import { say } from '../../src/shared/say.ts'

// As when a backend starts a thread: from here on a full pipe is an error instead of a wait.
void process.stdout
for (let n = 0; n < Number(process.argv[2]); n++) say(`line ${n}`)
