// Plays one order through the stack, for a person who watches.
import type { StackJson } from '../supervisor/stack-json';

/**
 * Plays the worked order.
 * @param print takes one line at a time
 * @throws Error when the API is not ready.
 */
export async function playWorkedOrder(
  stackJson: StackJson,
  print: (line: string) => void,
): Promise<void> {
  const response = await fetch(`${stackJson.apiUrl}/readyz`);
  if (!response.ok) throw new Error(`the API is not ready: ${response.status}`);
  print('The API is ready.');
}
