import { Link } from "@tanstack/react-router";
import { useFormat } from "../../../i18n/useFormat";
import { Highlight } from "../../../ui/Highlight";
import { isAmount, isReference } from "../../fields/fields";
import { recordTitle } from "../records";
import { StatePill } from "../StatePill";
import type { Entity, ObjectInfo } from "../types";
import type { ListSearch } from "./listSearch";

interface Props {
  object: ObjectInfo;
  records: Entity[];
  search: ListSearch;
}

/** The list on a phone: what one needs to recognise a record. */
export function RecordCards({ object, records, search }: Props) {
  return (
    <ul className="cards">
      {records.map((record) => (
        <li key={record.id} className="card" data-key={record.id}>
          <Link
            to="/$path/{-$id}"
            params={{ path: object.path, id: record.id }}
            search={search}
            className="card-link"
          >
            <span className="card-name">
              <Highlight text={recordTitle(object, record)} term={search.q} />
            </span>
            <span className="card-tags">
              {object.state !== null && <StatePill object={object} record={record} />}
            </span>
            <span className="card-facts">
              <CardFacts object={object} record={record} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** How much, whose and until when, on one line. */
function CardFacts({ object, record }: { object: ObjectInfo; record: Entity }) {
  const format = useFormat();
  const { customer } = record.fields;
  const amount = record.fields[object.amount ?? ""];
  const date = record.fields[object.date ?? ""];
  const facts = [
    isAmount(amount) ? format.money(amount) : undefined,
    isReference(customer) ? customer.name : undefined,
    record.owner?.name,
    format.date(typeof date === "string" ? date : record.updated_at),
  ];
  return facts.filter(Boolean).join(" · ");
}
