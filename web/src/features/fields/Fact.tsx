import type { FieldInfo, FieldValue } from "../../api/types";
import { SecretValue } from "../reveal/SecretValue";
import { FieldText } from "./FieldText";
import { isMasked, useFieldLabel } from "./fields";

interface Props {
  field: FieldInfo;
  value: FieldValue | undefined;
  /** Whose value it is, in words. */
  whose: string;
  /** Absent when the server did not allow revealing this record. */
  reveal: ((reason: string) => Promise<string>) | undefined;
}

/** One field of a customer or a contact, with its name; what is masked can be revealed where that is allowed. */
export function Fact({ field, value, whose, reveal }: Props) {
  const label = useFieldLabel();
  return (
    <div className={field.type === "long_text" ? "fact fact-wide" : "fact"}>
      <dt>{label(field.name)}</dt>
      <dd>
        {isMasked(value) ? (
          <SecretValue
            masked={value.masked}
            what={label(field.name)}
            whose={whose}
            copyable
            reveal={reveal}
          />
        ) : (
          <FieldText field={field} value={value} />
        )}
      </dd>
    </div>
  );
}
