/** Only the hidden command `runner`, so that tests of the real engine need nothing else of the program. */
import { runRunner } from "../../cli/runner.ts";

process.exitCode = await runRunner(process.argv.slice(2));
