/** Token checks in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';

export function tokenMatches(given: string | undefined, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(expected));
}

/** `Authorization: Bearer …` */
export function bearerMatches(header: string | undefined, expected: string): boolean {
  const found = /^Bearer (\S+)$/i.exec(header ?? '');
  return tokenMatches(found?.[1], expected);
}
