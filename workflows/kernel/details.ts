/**
 * What a support person sees of a flow in the Temporal UI: first what it waits for, until when, who
 * must act and where; then what happened last, and what the flow says of itself. Markdown without
 * tables. And the search attributes, written only when the flow settles down to wait: each write is
 * an event.
 */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES, type SearchAttributeName } from '../../canonical/flows/contract';
import type { FlowAgenda } from '../../canonical/flows/step';
import { APPROVING_ROLE } from '../../canonical/rules/exceptions/approval';
import { resolvingRole } from '../../canonical/rules/exceptions/resolving-role';
import type { ExceptionBrief } from '../../canonical/schema/exception';
import type { Flow } from './flow';
import { codeOf, textOf } from './markdown';
import { describePresses } from './presses';
import { kindOf } from './steps';

/** Exceptions written out; a flow that waits for more shows how many. */
const MAX_EXCEPTIONS_SHOWN = 10;

const keyword = (name: SearchAttributeName) =>
  defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const shownStatus = keyword(SEARCH_ATTRIBUTES.status);
const shownNode = keyword(SEARCH_ATTRIBUTES.node);
const shownWaitingFor = keyword(SEARCH_ATTRIBUTES.waitingFor);

/**
 * Parts of a page, each a block of its own: a heading, a paragraph, a list's items. The UI (2.54)
 * runs lines together that no blank line parts, so that two items in a row are all that may touch.
 */
export function detailsOf(parts: readonly string[]): string {
  const isItem = (part: string | undefined) => part?.startsWith('- ') === true;
  return parts
    .filter((part) => part !== '')
    .map((part, index, all) => {
      if (index === 0) return part;
      return `${isItem(part) && isItem(all[index - 1]) ? '\n' : '\n\n'}${part}`;
    })
    .join('');
}

/** Says what the flow waits for now; no event. */
export function showDetails<Agenda extends FlowAgenda>(flow: Flow<Agenda>): void {
  const parts = [...describeWaits(flow), describeLast(flow), ...flow.spec.describe(flow.agenda)];
  setCurrentDetails(detailsOf([...parts, ...describePresses(flow.presses)]));
}

/** Its page, and the list of flows. */
export function showState<Agenda extends FlowAgenda>(flow: Flow<Agenda>): void {
  showDetails(flow);
  // A call that is under way passes in moments: not worth an event.
  if (flow.call === null) show(flow, waitingFor(flow));
}

export function showEnd<Agenda extends FlowAgenda>(flow: Flow<Agenda>): void {
  const { spec, agenda } = flow;
  const end = `### Ended: ${spec.shown(agenda).status}`;
  setCurrentDetails(detailsOf([end, describeLast(flow), ...spec.describe(agenda)]));
  show(flow, '');
}

/** Only what differs from what is shown, by this run or by the one before it. */
function show<Agenda extends FlowAgenda>(flow: Flow<Agenda>, waitsFor: string): void {
  const { status, node = '' } = flow.spec.shown(flow.agenda);
  const shown = workflowInfo().typedSearchAttributes;
  const changes = [
    { key: shownStatus, value: status },
    { key: shownNode, value: node },
    { key: shownWaitingFor, value: waitsFor },
  ].filter(({ key, value }) => value !== (shown.get(key) ?? ''));
  if (changes.length === 0) return;
  upsertSearchAttributes(
    changes.map(({ key, value }) => ({ key, value: value === '' ? null : value })),
  );
}

function openExceptions<Agenda extends FlowAgenda>(flow: Flow<Agenda>): readonly ExceptionBrief[] {
  return flow.agenda === null ? flow.waitsFor : flow.agenda.blockedBy;
}

function waitingFor<Agenda extends FlowAgenda>(flow: Flow<Agenda>): string {
  const [first] = openExceptions(flow);
  return first ? first.code : flow.spec.describeWait(flow).for;
}

function describeWaits<Agenda extends FlowAgenda>(flow: Flow<Agenda>): readonly string[] {
  const exceptions = openExceptions(flow);
  const { call, spec } = flow;
  if (exceptions.length > 0) {
    const more = exceptions.length - MAX_EXCEPTIONS_SHOWN;
    return [
      `### Waits for ${exceptions.length === 1 ? 'a person' : `${exceptions.length} things`}`,
      ...exceptions
        .slice(0, MAX_EXCEPTIONS_SHOWN)
        .flatMap((one) => describeException(one, spec.pagesUrl)),
      ...(more > 0 ? [`And ${more} more.`] : []),
    ];
  }
  if (call) return [`### Now: ${textOf(kindOf(flow, call.due).summary(call.due, flow.input))}`];
  return spec.describeWait(flow).lines;
}

/** The line that ends every page. */
function describeLast<Agenda extends FlowAgenda>({ last }: Flow<Agenda>): string {
  return `**Last:** ${textOf(last.what)}, at ${timeText(new Date(last.atMs).toISOString())}.`;
}

/** `2026-03-02 15:04:05 UTC`. */
export function timeText(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}

/** `1 unit`, `2 units`. */
export const unitsText = (count: number): string => (count === 1 ? '1 unit' : `${count} units`);

export function describeException(one: ExceptionBrief, pagesUrl: string | undefined): string[] {
  const role = resolvingRole(one.code);
  const until = timeText(one.deadlineAt);
  return [
    `#### ${one.code}`,
    textOf(one.detail),
    one.isWait
      ? `It is tried again by itself. **${role}** (${one.owner}) must look at it from **${until}** on.`
      : `**${role}** (${one.owner}) must act until **${until}**.`,
    ...describeLate(one),
    ...describeAsked(one),
    ...howToCure(one),
    pagesUrl === undefined
      ? `Exception \`${one.exceptionId}\`.`
      : `[Look at it and decide](${pagesUrl}/exceptions/${one.exceptionId}) · ` +
        `[Runbook](${pagesUrl}/runbooks/${one.code})`,
  ];
}

function describeLate({ isEscalated, owner }: ExceptionBrief): string[] {
  return isEscalated === true ? [`**Escalated**: its deadline has passed, ${owner} was told.`] : [];
}

function describeAsked({ asked }: ExceptionBrief): string[] {
  if (asked === undefined) return [];
  const { resolution, approvalsMissing } = asked;
  const people = approvalsMissing === 1 ? 'one other person' : `${approvalsMissing} other people`;
  return [`**${resolution}** was asked for: ${people} of **${APPROVING_ROLE}** must approve it.`];
}

/** What removes the cause; what waits for it then goes on by itself. */
function howToCure({ cause }: ExceptionBrief): string[] {
  switch (cause?.kind) {
    case 'mapping': {
      const [kind = '', source = '', ...value] = cause.ref.split('/');
      return [
        `It goes on by itself once the ${textOf(kind)} ${codeOf(value.join('/'))} of ${codeOf(source)} is mapped.`,
      ];
    }
    case 'item':
      return [`It goes on by itself once the item ${codeOf(cause.ref)} is in the item master.`];
    case 'location':
      return [
        `It goes on by itself once ${codeOf(cause.ref)} is a store that is active and has opening hours.`,
      ];
    case 'stock':
      return [`It goes on by itself once stock of ${codeOf(cause.ref)} is received.`];
    case 'system':
      return [`${codeOf(cause.ref)} does not answer.`];
    case 'order':
    case 'flow':
    case 'effect':
    case 'event':
    case 'settlement':
    case 'period':
    case undefined:
      return [];
  }
}
