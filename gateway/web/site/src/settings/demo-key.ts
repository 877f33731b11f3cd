// Without what reads alike (0 o, 1 i l, u v): such a key is read out over the phone.
const LETTERS = "23456789abcdefghjkmnpqrstwxyz";
const LENGTH = 12;

/** A key for trying out, hard enough to guess that nobody else's demonstration takes it. */
export function demoKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  return `demo-${Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("")}`;
}
