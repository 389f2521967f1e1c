/** Lines of a flow's page on the buttons that were pressed and changed nothing. */

export function pressed(what: string): string {
  return `${new Date().toISOString()}: ${what}`;
}

/** `instead`: what is done, or what comes, in place of it. */
export function pressedToCancel(instead: string): string {
  return pressed(`**Request Cancellation** changed nothing: ${instead}`);
}

export function describePresses(presses: readonly string[]): string[] {
  if (presses.length === 0) return [];
  return ['### Pressed in this UI', ...presses.map((line) => `- ${line}`)];
}
