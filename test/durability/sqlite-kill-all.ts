/** The long run: 20 times 10,000 writes, each killed at a random one. `npm run test:kill`. */
import { seededRng } from '../../src/runtime/rng.ts';
import { killAgainAndAgain } from './sqlite-kill.ts';

const rng = seededRng(20);
const report = await killAgainAndAgain(20, 10_000, () => rng.next());
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
if (report.corrupt > 0 || report.unopened > 0 || report.longestWindowMs > 3_000) process.exitCode = 1;
