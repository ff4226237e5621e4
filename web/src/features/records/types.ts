import type { Amount, Customer, FieldInfo, FieldValue, Reference, TimelineItem } from "../../api/types";

/** What a field of an object has besides what a field of a customer has. */
export interface FieldExtras {
  /** The object a reference leads to. */
  object?: string | null;
  /** Worked out by the server: shown, never written. */
  computed?: boolean;
}

/** The value of a reference; the name is null where one may not see what it leads to. */
export interface ReferenceValue {
  id: string;
  name?: string | null;
}

/** One line of a quote or an order, as it is sent. Quantity and percentages are decimal text. */
export interface LineInput {
  product?: string;
  name: string;
  unit?: string;
  quantity: string;
  price: Amount;
  discount?: string;
  tax_rate?: string;
}

/** The same as it comes back, with what the server worked out. */
export interface Line extends Omit<LineInput, "product"> {
  product?: string | ReferenceValue | null;
  net?: Amount;
  tax?: Amount;
  gross?: Amount;
}

export interface LinesValue {
  lines: Line[];
}

export type StateKind = "open" | "won" | "lost";

export interface ObjectState {
  code: string;
  kind: StateKind;
  /** Fields that must be filled in before a record may come here. */
  needs: string[];
}

export interface ObjectStates {
  /** The field that holds the state. */
  field: string;
  /** From where one may go where; null when from anywhere to anywhere. */
  moves: { from: string; to: string[] }[] | null;
  states: ObjectState[];
}

/** A kind of record, as the server describes it. */
export interface ObjectInfo {
  name: string;
  /** Where the API and the page keep its records: "opportunities". */
  path: string;
  on_customer: "required" | "optional" | "none";
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
  number: string | null;
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
  next: boolean;
}

export interface Board {
  columns: BoardColumn[];
}

export interface Stage {
  id: string;
  name: string;
  kind: StateKind;
  win_rate: number;
  stagnant_days: number | null;
  needs: string[];
}

export interface Pipeline {
  id: string;
  name: string;
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
