import { parseFaultFlag } from '../simulator/faults/flag.ts';
import { FaultPlanError, readFaultPlan } from '../simulator/faults/plan.ts';
import { startSimulator } from '../simulator/index.ts';
import type { SimulatorOptions } from '../simulator/options.ts';
