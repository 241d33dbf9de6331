const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const OBJECT_ID = /^[0-9a-f]{24}$/i;
const ULID_TIME_CHARACTERS = 10;

/** Whether `text` can be an id at all: a ULID or a 24-hex object id. */
export function isId(text: string): boolean {
  return ULID.test(text) || OBJECT_ID.test(text);
}

/** When the object with this id was made, or null where the text is no id. */
export function createdAt(id: string): Date | null {
  if (OBJECT_ID.test(id)) {
    return new Date(Number.parseInt(id.slice(0, 8), 16) * 1000);
  }
  if (!ULID.test(id)) {
    return null;
  }
  let timestampMs = 0;
  for (const character of id.toUpperCase().slice(0, ULID_TIME_CHARACTERS)) {
    timestampMs = timestampMs * 32 + CROCKFORD.indexOf(character);
  }
  return new Date(timestampMs);
}
