/** The moments that every flow has, as activities: one set, for the type of flow that calls. */
import { Context } from '@temporalio/activity';
import type { FlowMoments } from '../../canonical/flows/moments';
import type { FlowAgenda } from '../../canonical/flows/step';
import type { EveryFlow } from '../../moments/flow/every-flow';
import { momentGuard, type MomentSettings } from './guard';

/** By the workflow's type. */
export type MomentsByFlow = Readonly<Record<string, EveryFlow<object, FlowAgenda>>>;

export function createFlowActivities(
  flows: MomentsByFlow,
  settings: MomentSettings,
): FlowMoments<object, FlowAgenda> {
  const guard = momentGuard(settings);
  const ofCaller = () => {
    const type = Context.current().info.workflowType ?? '';
    const moments = flows[type];
    if (!moments) throw new RangeError(`no flow here is called ${type}`);
    return moments;
  };
  return {
    readAgenda: guard((db, ref) => ofCaller().readAgenda(db, ref)),
    applyResolution: guard((db, of) => ofCaller().applyResolution(db, of)),
    openWait: guard((db, of) => ofCaller().openWait(db, of)),
    closeWait: guard((db, of) => ofCaller().closeWait(db, of)),
    closeFlow: guard((db, ref) => ofCaller().closeFlow(db, ref)),
  };
}
