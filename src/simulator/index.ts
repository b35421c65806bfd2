/** The simulated Ollama server for tests: `import { startSimulator } from 'llamascope/testing'`. */
export { startSimulator, type Simulator, type SimulatorDeps, type SimulatorState } from './simulator.ts';
export { SimulatorOptionsError, type SimulatorOptions } from './options.ts';
export { FaultPlanError, FAULTS, type FaultName, type FaultPlan, type FaultRule } from './faults/plan.ts';
export { parseFaultFlag } from './faults/flag.ts';
export type { FaultReport, RuleReport } from './faults/engine.ts';
export type { Counts, RequestRecord } from './recorder.ts';
export type { QuestionAnswer } from './answers/table.ts';
export type { ModelSpec } from './models/spec.ts';
