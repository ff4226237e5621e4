import { Link } from "@tanstack/react-router";
import type { FieldInfo } from "../../../api/types";
import type { Format } from "../../../i18n/useFormat";
import { Avatar } from "../../../ui/Avatar";
import type { Column } from "../../../ui/DataTable";
import { Highlight } from "../../../ui/Highlight";
import { RecordValue } from "../RecordValue";
import { numberOf, recordTitle } from "../records";
import type { Entity, ObjectInfo } from "../types";
import type { ListSearch } from "./listSearch";

/** What every record has besides its fields. */
const STRUCTURAL = ["owner", "department", "created_at", "updated_at"] as const;
/** The number is of the record, not of its fields; only some objects count their records. */
const NUMBER = "number";

const END = new Set(["amount", "percent", "decimal", "integer"]);

/** The names of everything the list of an object can show. */
export function availableColumns(object: ObjectInfo): string[] {
  const own = object.fields.filter(
    ({ access, in_list, type }) => in_list && access !== "hidden" && type !== "lines",
  );
  const names = own.map(({ name }) => name);
  return [...new Set([object.title, NUMBER, ...names, ...STRUCTURAL])];
}

const USUAL = 7;

/** The columns a list begins with: the title, then what says most. */
export function usualColumns(object: ObjectInfo): string[] {
  const own = object.fields
    .filter(
      ({ access, in_list, type, name }) =>
        in_list && access !== "hidden" && type !== "lines" && type !== "pipeline" && name !== object.title,
    )
    .map(({ name }) => name)
    .slice(0, USUAL - 2);
  const state = object.state?.field;
  const first = [object.title, ...(state === undefined ? [] : [state])];
  return [...new Set([...first, ...own, "owner", "updated_at"])];
}

interface Context {
  object: ObjectInfo;
  label: (name: string) => string;
  format: Format;
  search: ListSearch;
  /** A record is open: the next takes its place in the history, too. */
  replace: boolean;
}

/** The chosen columns that still exist. The title comes first and is the way to the record. */
export function buildColumns(chosen: string[], context: Context): Column<Entity>[] {
  const { object } = context;
  const known = new Set(availableColumns(object));
  const names = [object.title, ...chosen.filter((name) => name !== object.title && known.has(name))];
  return names.map((name) => buildColumn(name, context));
}

function buildColumn(name: string, { object, label, format, search, replace }: Context): Column<Entity> {
  const field: FieldInfo | undefined = object.fields.find((candidate) => candidate.name === name);
  const structural = name === "created_at" || name === "updated_at";
  const column = { key: name, title: label(name), sortable: field?.sortable ?? structural };
  if (name === object.title) {
    return {
      ...column,
      pinned: true,
      cell: (record) => (
        <Link
          to="/$path/{-$id}"
          params={{ path: object.path, id: record.id }}
          search={search}
          replace={replace}
          className="customer-link"
        >
          <Highlight text={recordTitle(object, record)} term={search.q} />
        </Link>
      ),
    };
  }
  if (name === NUMBER)
    return {
      ...column,
      cell: (record) => {
        const number = numberOf(record);
        return number === undefined ? (
          <span className="absent">–</span>
        ) : (
          <span className="figures">{number}</span>
        );
      },
    };
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
  if (structural) return { ...column, cell: (record) => format.dateTime(record[name]) };
  if (field === undefined) return { ...column, cell: () => null };
  return {
    ...column,
    ...(END.has(field.type) ? { align: "end" as const } : {}),
    cell: (record) => <RecordValue object={object} record={record} field={field} />,
  };
}
