import { measure } from './report.ts'
import { soak } from './soak.ts'

/** `npm run soak [minutes]`; fails when something piles up. */
const [minutes = '30'] = process.argv.slice(2)
if (!(Number(minutes) > 0)) throw new Error(`${minutes} is no number of minutes`)
if (!(await measure(soak(Number(minutes))))) process.exitCode = 1
