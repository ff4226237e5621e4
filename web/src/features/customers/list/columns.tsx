import { Link } from "@tanstack/react-router";
import type { Customer, FieldInfo } from "../../../api/types";
import type { Format } from "../../../i18n/useFormat";
import { Avatar } from "../../../ui/Avatar";
import type { Column } from "../../../ui/DataTable";
import { Highlight } from "../../../ui/Highlight";
import { FieldText } from "../../fields/FieldText";
import { isMasked, textOf } from "../../fields/fields";
import { revealCustomerField } from "../../reveal/disclosures";
import { SecretValue } from "../../reveal/SecretValue";

/** What every record has besides its fields. */
export const STRUCTURAL = ["owner", "department", "created_at", "updated_at"] as const;
const SORTABLE_STRUCTURAL = new Set<string>(["created_at", "updated_at"]);

/** The names of everything the list can show, in the registry's order. */
export function availableColumns(fields: FieldInfo[]): string[] {
  return [
    ...fields.filter(({ access, in_list }) => in_list && access !== "hidden").map(({ name }) => name),
    ...STRUCTURAL,
  ];
}

/** The names of everything an export can hold. */
export function exportableColumns(fields: FieldInfo[]): string[] {
  return [...fields.filter(({ access }) => access !== "hidden").map(({ name }) => name), ...STRUCTURAL];
}

interface Context {
  fields: FieldInfo[];
  label: (name: string) => string;
  format: Format;
  /** What was searched for. */
  term: string | undefined;
}

export function customerName(customer: Customer): string {
  return textOf(customer.fields.name);
}

export function mayReveal(customer: Customer): boolean {
  return customer.actions.includes("customer.reveal");
}

/** The chosen columns that still exist. The name always comes first and is the way to the record. */
export function buildColumns(chosen: string[], context: Context): Column<Customer>[] {
  const known = new Set(availableColumns(context.fields));
  const names = ["name", ...chosen.filter((name) => name !== "name" && known.has(name))];
  return names.map((name) => buildColumn(name, context));
}

function buildColumn(name: string, { fields, label, format, term }: Context): Column<Customer> {
  const field = fields.find((candidate) => candidate.name === name);
  const column = {
    key: name,
    title: label(name),
    sortable: field?.sortable ?? SORTABLE_STRUCTURAL.has(name),
  };
  if (name === "name") {
    return {
      ...column,
      pinned: true,
      cell: (customer) => (
        <Link to="/customers/$id" params={{ id: customer.id }} className="customer-link">
          <Highlight text={customerName(customer)} term={term} />
        </Link>
      ),
    };
  }
  if (name === "owner") {
    return {
      ...column,
      cell: ({ owner }) =>
        owner?.name == null ? (
          <span className="absent">–</span>
        ) : (
          <span className="person">
            <Avatar name={owner.name} small />
            {owner.name}
          </span>
        ),
    };
  }
  if (name === "department")
    return { ...column, cell: ({ department }) => department?.name ?? <span className="absent">–</span> };
  if (name === "created_at" || name === "updated_at")
    return { ...column, cell: (customer) => format.dateTime(customer[name]) };
  if (field === undefined) return { ...column, cell: () => null };
  return {
    ...column,
    ...(field.type === "amount" ? { align: "end" as const } : {}),
    cell: (customer) => {
      const value = customer.fields[name];
      if (!isMasked(value))
        return <FieldText field={field} value={value} term={name === "contact_name" ? term : undefined} />;
      return (
        <SecretValue
          masked={value.masked}
          what={column.title}
          whose={customerName(customer)}
          reveal={
            mayReveal(customer) ? (reason) => revealCustomerField(customer.id, name, reason) : undefined
          }
        />
      );
    },
  };
}
