/**
 * What a support person sees of a flow in the Temporal UI: first what it waits for, until when, who
 * must act and with which call; then what the flow says of itself. Markdown without tables. And the
 * search attributes, written only when the flow settles down to wait: each write is an event.
 */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES, type SearchAttributeName } from '../../canonical/flows/contract';
import type { FlowAgenda } from '../../canonical/flows/step';
import type { ExceptionBrief } from '../../canonical/schema/exception';
import type { Flow } from './flow';
import { kindOf } from './steps';

/** Exceptions written out; a flow that waits for more shows how many. */
const MAX_EXCEPTIONS_SHOWN = 10;

const keyword = (name: SearchAttributeName) =>
  defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const shownStatus = keyword(SEARCH_ATTRIBUTES.status);
const shownNode = keyword(SEARCH_ATTRIBUTES.node);
const shownWaitingFor = keyword(SEARCH_ATTRIBUTES.waitingFor);

/** Says what the flow waits for now. */
export function showState<Agenda extends FlowAgenda>(flow: Flow<Agenda>): void {
  setCurrentDetails([...describeWaits(flow), ...flow.spec.describe(flow.agenda)].join('\n'));
  // A call that is under way passes in moments: not worth an event.
  if (flow.call === null) show(flow, waitingFor(flow));
}

export function showEnd<Agenda extends FlowAgenda>(flow: Flow<Agenda>): void {
  const { spec, agenda } = flow;
  const end = `### Ended: ${spec.shown(agenda).status}`;
  setCurrentDetails([end, ...spec.describe(agenda)].join('\n'));
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
  if (exceptions.length > 0) {
    const more = exceptions.length - MAX_EXCEPTIONS_SHOWN;
    return [
      `### Waits for ${exceptions.length === 1 ? 'a person' : `${exceptions.length} things`}`,
      ...exceptions.slice(0, MAX_EXCEPTIONS_SHOWN).flatMap(describeException),
      ...(more > 0 ? [`- and ${more} more: \`GET /v1/exceptions?state=open\``] : []),
    ];
  }
  const { call } = flow;
  if (call) return [`### Now: ${kindOf(flow, call.due).summary(call.due, flow.input)}`];
  return flow.spec.describeWait(flow).lines;
}

/** A heading and one list: the UI (2.54) runs the lines of a list within a list together. */
function describeException(one: ExceptionBrief): string[] {
  return [
    `#### ${one.code}`,
    one.detail,
    '',
    `- **${one.owner}** must act until **${one.deadlineAt}**`,
    ...howToCure(one).map((line) => `- ${line}`),
    `- exception \`${one.exceptionId}\`: ${one.resolutions
      .map((resolution) => `\`POST /v1/exceptions/${one.exceptionId}/${resolution}\``)
      .join(' or ')}`,
    '',
  ];
}

/** `tax-code/web-us/State Tax` as a path: what a channel calls a thing may hold anything. */
function pathOf(mapping: string): string {
  const [kind = '', source = '', ...value] = mapping.split('/');
  return [kind, source, encodeURIComponent(value.join('/'))].join('/');
}

/** The call that removes the cause; what waits for it then goes on by itself. */
function howToCure(exception: ExceptionBrief): string[] {
  const { cause } = exception;
  switch (cause?.kind) {
    case 'mapping':
      return [`\`PUT /v1/mappings/${pathOf(cause.ref)}\` and it goes on by itself`];
    case 'item':
      return [`\`PUT /v1/items/${cause.ref}\` and it goes on by itself`];
    case 'stock':
      return [`stock of \`${cause.ref}\` by an \`inventory.received.v1\` event`];
    case 'system':
      return [`${cause.ref} does not answer; it is tried again by itself`];
    case 'order':
    case 'flow':
    case 'effect':
    case 'event':
    case undefined:
      return [];
  }
}
