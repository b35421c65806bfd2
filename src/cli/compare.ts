import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { runExperiment, type ExperimentPlan } from '../experiment/experiment.ts';
import { describeEnvironment } from '../experiment/report/environment.ts';
import { htmlReport } from '../experiment/report/html/report.ts';
import { jsonReport } from '../experiment/report/json.ts';
import { openMetricsReport } from '../experiment/report/openmetrics.ts';
import { terminalReport } from '../experiment/report/table.ts';
import { SCENARIOS } from '../experiment/scenarios.ts';
import { summarise } from '../experiment/summary.ts';
import { VARIANT_MEANING, VARIANTS } from '../experiment/variants.ts';
import { WorkloadFileError } from '../experiment/workload/files.ts';
import { systemClock } from '../runtime/clock.ts';
import { keepAlive } from '../runtime/keep-alive.ts';
import { readOptions } from './arguments.ts';
import { compareOptions, readPlan, type Reading } from './compare-options.ts';
import { entry, optionList } from './help-text.ts';
import { CommandFailure, UsageError, type CliIo, type Command, type ExitCode } from './io.ts';
import { ProgressBar } from './progress-bar.ts';

export const compareCommand: Command = {
  help: () =>
    [
      'Usage: llamascope compare [OPTIONS]',
      '',
      'Measures what protection is worth: the same requests and the same faults, from one seed, with and without it.',
      'stdout has the comparison; a report (HTML, JSON, OpenMetrics) is written beside it.',
      '',
      'Scenarios:',
      ...SCENARIOS.map(({ name, summary }) => entry(name, summary)),
      '',
      'Variants:',
      ...VARIANTS.map((name) => entry(name, VARIANT_MEANING[name])),
      '',
      'Options:',
      optionList(compareOptions),
    ].join('\n'),
  async run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    const values = readOptions(args, compareOptions);
    const reading: Reading = { readFile: (path) => readText(resolve(io.cwd, path), path), env: io.env };
    const { plan, confirmed, out } = await planOrRefuse(values, reading);
    if (!confirmed) {
      io.err(loadStatement(plan));
      throw new UsageError('add --yes to send that');
    }
    const bar = new ProgressBar(io);
    const letGo = keepAlive();
    try {
      const result = await runExperiment(plan, systemClock, ({ variant, repeat, done, total }) => {
        bar.update(done, total, `${variant}, repeat ${String(repeat + 1)}`);
      });
      bar.end();
      const summary = summarise(result);
      io.out(terminalReport(result, summary));
      if (out !== null) {
        const environment = describeEnvironment(commandOf(args));
        const folder = resolve(io.cwd, out);
        writeAll(folder, {
          'report.html': htmlReport(result, summary, environment),
          'report.json': jsonReport(result, summary, environment),
          'report.openmetrics.txt': openMetricsReport(result),
        });
        io.err(
          `report: ${join(relative(io.cwd, folder) || '.', 'report.html')} (also report.json, report.openmetrics.txt)`,
        );
      }
      return 0;
    } finally {
      bar.end();
      letGo();
    }
  },
};

async function planOrRefuse(
  values: ReturnType<typeof readOptions>,
  reading: Reading,
): Promise<Awaited<ReturnType<typeof readPlan>>> {
  try {
    return await readPlan(values, reading);
  } catch (error) {
    if (error instanceof WorkloadFileError) throw new UsageError(error.message);
    throw error;
  }
}

/** What is about to be sent to a server that is not ours. */
function loadStatement({ scenario, variants, repeats, upstream }: ExperimentPlan): string {
  const { requests, warmUp, arrivals } = scenario.workload;
  const total = variants.length * repeats * (requests + warmUp);
  const pace =
    arrivals.kind === 'closed'
      ? `${String(arrivals.clients)} at a time`
      : arrivals.kind === 'open'
        ? `${String(arrivals.perSecond)} a second`
        : 'at the times of the trace';
  return [
    `This sends up to ${String(total)} chat requests to ${upstream?.url ?? ''} (model ${upstream?.model ?? ''}), ${pace}:`,
    `${String(variants.length)} variants × ${String(repeats)} repeats × (${String(requests)} measured + ${String(warmUp)} warm-up). Retries come on top, a fifth at most.`,
  ].join('\n');
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(`cannot read ${shown}: ${(error as Error).message}`);
  }
}

function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  } catch (error) {
    throw new CommandFailure(`the report could not be written: ${(error as Error).message}`);
  }
}

function commandOf(args: readonly string[]): string {
  const quoted = args.map((arg) =>
    /^[\w./:=,@%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`,
  );
  return ['llamascope compare', ...quoted].join(' ');
}
