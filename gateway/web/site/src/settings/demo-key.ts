// Without characters that look alike (0 o, 1 i l, u v): such a key is read out over the phone.
const LETTERS = "23456789abcdefghjkmnpqrstwxyz";
const LENGTH = 12;

/** A key for trying out, random enough not to collide with another demo. */
export function demoKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  return `demo-${Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("")}`;
}
