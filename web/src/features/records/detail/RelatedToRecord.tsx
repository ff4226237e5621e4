import type { Referrer } from "../objects";
import type { Entity, ObjectInfo } from "../types";
import { prefilledFrom } from "./prefilled";
import { RelatedList } from "./RelatedList";

interface Props {
  object: ObjectInfo;
  record: Entity;
  referrers: Referrer[];
}

/** Everything that refers to a record. */
export function RelatedToRecord({ object, record, referrers }: Props) {
  return (
    <div className="related">
      {referrers.map(({ object: child, field }) => (
        <RelatedList
          key={`${child.name} ${field.name}`}
          object={child}
          field={field}
          id={record.id}
          prefilled={() => prefilledFrom(object, record, child, field)}
        />
      ))}
    </div>
  );
}
