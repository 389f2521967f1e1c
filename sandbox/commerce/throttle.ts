/**
 * Shopify's limit by query cost: a bucket of points that refills.
 * https://shopify.dev/docs/api/usage/limits
 */
import { Kind, visit, type DocumentNode } from 'graphql';

const MUTATION_POINTS = 10;
const OBJECT_POINTS = 1;

/** A rough cost, after Shopify's rules: ten a mutation, one an object, more for what is listed. */
export function requestedCost(document: DocumentNode): number {
  let points = 0;
  visit(document, {
    OperationDefinition(node) {
      if (node.operation === 'mutation') {
        points += MUTATION_POINTS * node.selectionSet.selections.length;
      }
    },
    Field(node) {
      if (!node.selectionSet) return;
      points += OBJECT_POINTS;
      const first = node.arguments?.find((argument) => argument.name.value === 'first')?.value;
      if (first?.kind === Kind.INT) points += Math.ceil(Math.log2(Number(first.value) + 1));
    },
  });
  return points;
}

export interface ThrottleLimits {
  maximumAvailable: number;
  restoreRate: number;
}

export interface ThrottleStatus extends ThrottleLimits {
  currentlyAvailable: number;
}

export interface Throttle {
  /** Whether there are that many points; they are taken if so. */
  take(points: number, limits: ThrottleLimits): boolean;
  status(limits: ThrottleLimits): ThrottleStatus;
}

/** @param nowMs a clock in milliseconds. */
export function createThrottle(nowMs: () => number): Throttle {
  let used = 0;
  let at = nowMs();
  const leak = (limits: ThrottleLimits): number => {
    const now = nowMs();
    used = Math.max(0, used - ((now - at) / 1000) * limits.restoreRate);
    at = now;
    return limits.maximumAvailable - used;
  };
  return {
    take(points, limits) {
      if (leak(limits) < points) return false;
      used += points;
      return true;
    },
    status: (limits) => ({ ...limits, currentlyAvailable: Math.floor(leak(limits)) }),
  };
}
