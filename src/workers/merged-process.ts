import { nodeProcess, type ProcessSource } from '../telemetry/process.ts';
import type { ProcessFigures } from './messages.ts';

/** The figures of all processes of the gateway as those of one. What processes that are gone have used is kept. */
export class MergedProcess implements ProcessSource {
  readonly #running: () => readonly ProcessFigures[];
  readonly #gone = { user: 0, system: 0, active: 0, idle: 0 };

  constructor(running: () => readonly ProcessFigures[]) {
    this.#running = running;
  }

  /** Its last figures. */
  ended({ cpu, eventLoop }: ProcessFigures): void {
    this.#gone.user += cpu.user;
    this.#gone.system += cpu.system;
    this.#gone.active += eventLoop.active;
    this.#gone.idle += eventLoop.idle;
  }

  cpuUsage(): ReturnType<ProcessSource['cpuUsage']> {
    const { user, system } = nodeProcess.cpuUsage();
    return {
      user: this.#sum(user + this.#gone.user, ({ cpu }) => cpu.user),
      system: this.#sum(system + this.#gone.system, ({ cpu }) => cpu.system),
    };
  }

  memoryUsage(): ReturnType<ProcessSource['memoryUsage']> {
    const own = nodeProcess.memoryUsage();
    const all = (figure: keyof typeof own): number => this.#sum(own[figure], ({ memory }) => memory[figure]);
    return {
      rss: all('rss'),
      heapUsed: all('heapUsed'),
      heapTotal: all('heapTotal'),
      external: all('external'),
    };
  }

  heapLimit(): number {
    return this.#sum(nodeProcess.heapLimit(), ({ heapLimit }) => heapLimit);
  }

  eventLoop(): ReturnType<ProcessSource['eventLoop']> {
    const { active, idle } = nodeProcess.eventLoop();
    return {
      active: this.#sum(active + this.#gone.active, ({ eventLoop }) => eventLoop.active),
      idle: this.#sum(idle + this.#gone.idle, ({ eventLoop }) => eventLoop.idle),
    };
  }

  resources(): readonly string[] {
    return [nodeProcess.resources(), ...this.#running().map(({ resources }) => resources)].flat();
  }

  uptime(): number {
    return nodeProcess.uptime();
  }

  onGarbageCollection(...given: Parameters<ProcessSource['onGarbageCollection']>): () => void {
    return nodeProcess.onGarbageCollection(...given);
  }

  #sum(own: number, figure: (figures: ProcessFigures) => number): number {
    return this.#running().reduce((sum, figures) => sum + figure(figures), own);
  }
}
