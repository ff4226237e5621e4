/** The part of an OpenAPI 3.1 document that the page shows. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
  description?: string;
}

export interface Operation {
  tags?: string[];
  operationId?: string;
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses?: Record<string, Content>;
}

export interface Document {
  info: { title: string; version: string };
  servers?: { url: string }[];
  paths: Record<string, Record<string, unknown>>;
  components?: { schemas?: Record<string, Schema>; parameters?: Record<string, Parameter> };
}

export interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

const METHODS = ["get", "post", "put", "patch", "delete"];
const UNTAGGED = "";

/** The operations under their first tag, in the document's order. */
export function byTag(document: Document): Map<string, Entry[]> {
  const tags = new Map<string, Entry[]>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (operation === undefined) continue;
      const tag = operation.tags?.[0] ?? UNTAGGED;
      tags.set(tag, [...(tags.get(tag) ?? []), { method, path, operation }]);
    }
  }
  return tags;
}

/** The last step of a reference: the name of what it points at. */
export function referredName(reference: string): string {
  return reference.split("/").at(-1) ?? reference;
}

/** A schema in one line, as a type a developer reads. */
export function typeOf(schema: Schema | undefined): string {
  if (schema === undefined) return "any";
  if (schema.$ref !== undefined) return referredName(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) return variants.map(typeOf).join(" | ");
  if (schema.allOf !== undefined) return schema.allOf.map(typeOf).join(" & ");
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const names = types.map((type) => {
    if (type === "array") return `${typeOf(schema.items)}[]`;
    if (type === "object" && typeof schema.additionalProperties === "object")
      return `{ [name]: ${typeOf(schema.additionalProperties)} }`;
    return schema.format === undefined || type === "null" ? type : `${type} (${schema.format})`;
  });
  return names.length === 0 ? "any" : names.join(" | ");
}

/** The first media type of a body, and its schema. */
export function schemaOfContent(
  content: Content | undefined,
): { type: string; schema: Schema | undefined } | null {
  const first = Object.entries(content?.content ?? {})[0];
  return first === undefined ? null : { type: first[0], schema: first[1].schema };
}
