import type { AccessConfiguration, AccessRules } from "../../../api/types";

/** What an administrator has changed and not put into force yet. */
export interface Draft {
  /** The version it began from. */
  generation: number;
  base: AccessConfiguration;
  mine: AccessConfiguration;
}

export type Part = "role" | "rule" | "compartment" | "field_label";

/** One thing in which two configurations differ. */
export interface Difference {
  part: Part;
  kind: "added" | "changed" | "removed";
  key: string;
  /** Its name, as it is now or was before it was removed; of a label, the field. */
  name: string;
}

/** A draft put onto a newer version. */
export interface Carried {
  draft: Draft | null;
  /** What others have changed meanwhile. */
  theirs: Difference[];
  /** What both have changed: here the draft wins. */
  both: Difference[];
}

const PARTS = {
  role: {
    list: "roles",
    key: (role: { id: string }) => role.id,
    name: (role: { name: string }) => role.name,
  },
  rule: {
    list: "rules",
    key: (rule: { id: string }) => rule.id,
    name: (rule: { name: string }) => rule.name,
  },
  compartment: {
    list: "compartments",
    key: (one: { bit: number }) => String(one.bit),
    name: (one: { name: string }) => one.name,
  },
  field_label: {
    list: "field_labels",
    key: (one: { object: string; field: string }) => `${one.object}.${one.field}`,
    name: (one: { field: string }) => one.field,
  },
} as const;

const NAMES = Object.keys(PARTS) as Part[];

/** What is in force, without what the server adds for reading. */
export function configurationOf({
  roles,
  rules,
  compartments,
  field_labels,
}: AccessRules): AccessConfiguration {
  return { roles, rules, compartments, field_labels };
}

/**
 * A value as one text, so that what means the same is the same: names in order, and without what is empty. The order of
 * a list of codes says nothing.
 */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  const entries = Object.entries(value)
    .filter(([, held]) => held !== null && held !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, held]) => `${name}:${canonical(held)}`);
  return `{${entries.join(",")}}`;
}

interface Item {
  key: string;
  name: string;
  text: string;
  value: unknown;
}

function itemsOf(configuration: AccessConfiguration, part: Part): Map<string, Item> {
  const { list, key, name } = PARTS[part] as {
    list: keyof AccessConfiguration;
    key: (value: unknown) => string;
    name: (value: unknown) => string;
  };
  return new Map(
    configuration[list].map((value) => [
      key(value),
      { key: key(value), name: name(value), text: canonical(value), value },
    ]),
  );
}

/** In what two configurations differ, thing by thing. */
export function differences(before: AccessConfiguration, after: AccessConfiguration): Difference[] {
  return NAMES.flatMap((part) => {
    const old = itemsOf(before, part);
    const now = itemsOf(after, part);
    const kept = [...now.values()].flatMap(({ key, name, text }): Difference[] => {
      const was = old.get(key);
      if (was === undefined) return [{ part, kind: "added", key, name }];
      return was.text === text ? [] : [{ part, kind: "changed", key, name }];
    });
    const gone = [...old.values()]
      .filter(({ key }) => !now.has(key))
      .map(({ key, name }): Difference => ({ part, kind: "removed", key, name }));
    return [...kept, ...gone];
  });
}

export function beginDraft(saved: AccessRules): Draft {
  const base = configurationOf(saved);
  return { generation: saved.generation, base, mine: base };
}

/** The draft with one more change; none when it now says what is in force anyway. */
export function edited(
  draft: Draft,
  change: (configuration: AccessConfiguration) => AccessConfiguration,
): Draft | null {
  const mine = change(draft.mine);
  return differences(draft.base, mine).length === 0 ? null : { ...draft, mine };
}

const same = (one: Difference, other: Difference) => one.part === other.part && one.key === other.key;

/**
 * Puts what the draft changes onto a version that others have saved since: what only they changed stays theirs, and what
 * both changed is as the draft has it.
 */
export function carriedOver(draft: Draft, newer: AccessRules): Carried {
  const base = configurationOf(newer);
  const own = differences(draft.base, draft.mine);
  const theirs = differences(draft.base, base);
  const lists = NAMES.map((part) => {
    const mine = itemsOf(draft.mine, part);
    const merged = itemsOf(base, part);
    for (const { part: of, key } of own) {
      if (of !== part) continue;
      const item = mine.get(key);
      if (item === undefined) merged.delete(key);
      else merged.set(key, item);
    }
    return [PARTS[part].list, [...merged.values()].map(({ value }) => value)];
  });
  const mine = Object.fromEntries(lists) as AccessConfiguration;
  const left = differences(base, mine);
  return {
    draft: left.length === 0 ? null : { generation: newer.generation, base, mine },
    theirs,
    both: own.filter(
      (change) => theirs.some((other) => same(change, other)) && left.some((one) => same(change, one)),
    ),
  };
}

/** A list with one of its things replaced, or added at its end. */
export function withItem<T>(list: T[], item: T, isIt: (one: T) => boolean): T[] {
  return list.some(isIt) ? list.map((one) => (isIt(one) ? item : one)) : [...list, item];
}

/** The kind of change a draft makes to one thing; undefined where it makes none. */
export function changeOf(changes: Difference[], part: Part, key: string): Difference["kind"] | undefined {
  return changes.find((change) => change.part === part && change.key === key)?.kind;
}
