export interface Person {
  id: string;
  name: string;
}

/** The people a text names by "@", each once, in the order of their first naming. */
export function mentionedIn(text: string, people: readonly Person[]): string[] {
  const found = people
    .map(({ id, name }) => ({ id, at: placeOf(text, name, people) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at);
  return [...new Set(found.map(({ id }) => id))];
}

/** Where a name is mentioned; not where a longer name that begins with it is. */
function placeOf(text: string, name: string, people: readonly Person[]): number {
  const longer = people.filter((other) => other.name.length > name.length && other.name.startsWith(name));
  const mention = `@${name}`;
  for (let at = text.indexOf(mention); at >= 0; at = text.indexOf(mention, at + 1)) {
    if (!longer.some((other) => text.startsWith(`@${other.name}`, at))) return at;
  }
  return -1;
}
