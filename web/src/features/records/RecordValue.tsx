import type { FieldInfo } from "../../api/types";
import { FieldText } from "../fields/FieldText";
import { isMasked, isReference, textOf, useFieldLabel } from "../fields/fields";
import { SecretValue } from "../reveal/SecretValue";
import { ReferenceLink } from "./ReferenceLink";
import { mayOn, recordTitle, revealField } from "./records";
import { StatePill } from "./StatePill";
import { usePipelineName } from "./states";
import type { Entity, ObjectInfo } from "./types";

interface Props {
  object: ObjectInfo;
  record: Entity;
  field: FieldInfo;
  /** Offers to copy what is revealed. */
  copyable?: boolean;
}

/** One value of a record, readable: states in their colours, references as ways there, masks that can be lifted. */
export function RecordValue({ object, record, field, copyable = false }: Props) {
  const label = useFieldLabel(object.name);
  const pipelineName = usePipelineName(field.type === "pipeline");
  const value = record.fields[field.name];
  if (value === undefined) return <FieldText field={field} value={value} />;
  if (isMasked(value)) {
    return (
      <SecretValue
        masked={value.masked}
        what={label(field.name)}
        whose={recordTitle(object, record)}
        copyable={copyable}
        reveal={
          mayOn(object, record, "reveal")
            ? (reason) => revealField(object.path, record.id, field.name, reason)
            : undefined
        }
      />
    );
  }
  if (field.name === object.state?.field) return <StatePill object={object} record={record} />;
  if (isReference(value) && field.type === "reference")
    return <ReferenceLink object={field.object ?? ""} value={value} />;
  if (field.type === "pipeline") return pipelineName(isReference(value) ? value.id : textOf(value));
  return <FieldText field={field} value={value} />;
}
