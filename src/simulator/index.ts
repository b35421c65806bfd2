/** The simulated Ollama server for tests: `import { startSimulator } from 'llamascope/testing'`. */
export { startSimulator, type Simulator, type SimulatorState } from './simulator.ts';
export { SimulatorOptionsError, type SimulatorOptions } from './options.ts';
export { FaultPlanError, FAULTS, type FaultName, type FaultPlan, type FaultRule } from './faults/plan.ts';
export type { RequestRecord } from './recorder.ts';
export type { QuestionAnswer } from './answers/table.ts';
export type { ModelSpec } from './models/spec.ts';
