import type { components } from "../../api/schema";
import type { Amount, Customer, FieldInfo, FieldValue, Reference, TimelineItem } from "../../api/types";

type Schemas = components["schemas"];

/** The value of a reference; the name is null where one may not see what it leads to. */
export interface ReferenceValue {
  id: string;
  name?: string | null;
}

/** One line of a quote or an order, as it is sent. Quantity and percentages are decimal text. */
export type LineInput = Omit<Schemas["LineInput"], "product" | "unit" | "discount" | "tax_rate"> & {
  product?: string;
  unit?: string;
  discount?: string;
  tax_rate?: string;
};

/** The same as it comes back, with what the server worked out. */
export type Line = Partial<Schemas["LineValue"]> & Pick<Schemas["LineValue"], "name" | "quantity" | "price">;

export interface LinesValue {
  lines: Schemas["LineValue"][];
}

export type StateKind = "open" | "won" | "lost";

export interface ObjectState {
  code: string;
  kind: StateKind;
  /** Fields that must be filled in before a record may come here. */
  needs: string[];
  /** Where one may go from here. */
  next: string[];
}

export interface ObjectStates {
  /** The field that holds the state. */
  field: string;
  /** In their order; none where pipelines say them. */
  states: ObjectState[];
}

/** A kind of record, as the server describes it. */
export interface ObjectInfo {
  name: string;
  /** Where the API and the page keep its records: "opportunities". */
  path: string;
  on_customer: "required" | "none";
  /** Whether each has an owner, a label and shares; otherwise it is of everybody in sales. */
  owned: boolean;
  /** The field that names a record. */
  title: string;
  state: ObjectStates | null;
  /** The field boards sum up. */
  amount: string | null;
  /** The field a calendar goes by. */
  date: string | null;
  fields: FieldInfo[];
}

/** A record of any object. */
export interface Entity {
  id: string;
  object: string;
  version: number;
  owner?: Reference | null;
  department?: Reference | null;
  label: Customer["label"];
  shared: boolean;
  created_at: string;
  updated_at: string;
  fields: Record<string, FieldValue>;
  actions: string[];
}

export interface EntityPage {
  items: Entity[];
  next_cursor: string | null;
  total: number;
}

export interface BoardColumn {
  code: string;
  count: number;
  totals: Amount[];
  items: Entity[];
  /** Whether there are more than those shown. */
  more: boolean;
}

export interface Board {
  columns: BoardColumn[];
}

export interface Stage {
  id: string;
  /** Null where it comes with the product, whose words are the page's. */
  name: string | null;
  code?: string | null;
  kind: StateKind;
  win_rate: number;
  stagnant_days: number | null;
  needs: string[];
}

export interface Pipeline {
  id: string;
  /** Null for the one that comes with the product. */
  name: string | null;
  is_default: boolean;
  version: number;
  stages: Stage[];
}

export interface TimelinePage {
  items: TimelineItem[];
  next_cursor?: string | null;
}

export interface Conversion {
  customer_id: string;
  opportunity_id: string | null;
}
